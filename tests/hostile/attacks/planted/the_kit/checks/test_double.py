def test_numbers():
    pass
