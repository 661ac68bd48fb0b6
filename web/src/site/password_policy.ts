// What the server asks of a password; it has the last word (store/accounts/passwords.py).
export const MIN_PASSWORD_LENGTH = 12;
