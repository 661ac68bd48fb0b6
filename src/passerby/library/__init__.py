"""What programs import: `from passerby import Redactor`. Thin: the work is done where the command line has it done."""
