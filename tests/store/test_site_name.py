from passerby.store.site_name import FILE_NAME, read_site_name, write_site_name


def test_the_name_is_read_as_it_was_written(tmp_path):
    assert "" == read_site_name(tmp_path)
    write_site_name(tmp_path, "Höhe Süd")
    assert "Höhe Süd" == read_site_name(tmp_path)
    write_site_name(tmp_path, "North hall")
    assert "North hall" == read_site_name(tmp_path)
    assert [FILE_NAME] == [path.name for path in tmp_path.iterdir()]


def test_a_folder_that_is_not_there_stops_nothing(tmp_path):
    write_site_name(tmp_path / "none", "North hall")
    assert "" == read_site_name(tmp_path / "none")


def test_a_file_that_is_no_text(tmp_path):
    (tmp_path / FILE_NAME).write_bytes(b"\xff\xfe\xfa")
    assert "" == read_site_name(tmp_path)
