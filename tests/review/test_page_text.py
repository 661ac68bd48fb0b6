import pytest

from passerby.review.page_text import without_commands, without_folders


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "yard.mp4 is there already. Use --force to replace it, or choose another name with -o.",
            "yard.mp4 is there already.",
        ),
        ("There is no case in x: none. Open it with: passerby review", "There is no case in x: none."),
        ("not compared with the original (--original)", "not compared with the original"),
        ("no sample was drawn (--sample), so there is no bound", "no sample was drawn, so there is no bound"),
        ("The disk is full. Free some space.", "The disk is full. Free some space."),
        ("-20 dB and a-b, x.-y.mp4, passerby 0.1", "-20 dB and a-b, x.-y.mp4, passerby 0.1"),
        ("Use --force.", ""),
    ],
)
def test_what_is_said_to_users_of_the_command_line_is_not_said_on_the_page(text, expected):
    assert expected == without_commands(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/no/such/yard.mp4 cannot be read", "yard.mp4 cannot be read"),
        ("'/no/such/a.mp4' and \"/no/b.mp4\"", "'a.mp4' and \"b.mp4\""),
        ("The folder /no/plans cannot be made.", "The folder plans cannot be made."),
        ("25 frames/s, b(6)/(7), 1/2, and/or", "25 frames/s, b(6)/(7), 1/2, and/or"),
        ("see http://127.0.0.1/a", "see http://127.0.0.1/a"),
        ("nothing", "nothing"),
        ("at /", "at /"),
    ],
)
def test_names_remain_and_folders_do_not(text, expected):
    assert expected == without_folders(text)


def test_folders_with_spaces_are_taken_out_whole(tmp_path):
    folder = tmp_path / "the cases of 2026" / "24 17"
    folder.mkdir(parents=True)
    text = f"{folder}/a film.mp4 and {folder}/gone/b.mp4 cannot be read"
    assert "a film.mp4 and b.mp4 cannot be read" == without_folders(text)
