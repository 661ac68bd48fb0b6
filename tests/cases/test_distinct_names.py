from passerby.cases.distinct_names import distinct_names


def test_a_name_is_enough_where_there_is_one():
    assert {"/films/a.mp4": "a.mp4", "b.mp4": "b.mp4"} == distinct_names(["/films/a.mp4", "b.mp4"])


def test_folders_tell_files_of_one_name_apart_and_no_more_of_them():
    names = {
        "/x/north/gate/cam.mp4": "north/gate/cam.mp4",
        "/x/south/gate/cam.mp4": "south/gate/cam.mp4",
        "/x/south/yard/cam.mp4": "yard/cam.mp4",
        "/x/south/yard/other.mp4": "other.mp4",
    }
    assert names == distinct_names(names)


def test_a_file_that_lies_in_the_case_itself_keeps_its_name():
    assert {"cam.mp4": "cam.mp4", "/x/cam.mp4": "x/cam.mp4"} == distinct_names(["cam.mp4", "/x/cam.mp4"])
    assert {"cam.mp4": "cam.mp4", "/cam.mp4": "/cam.mp4"} == distinct_names(["cam.mp4", "/cam.mp4"])
