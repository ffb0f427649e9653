"""What is measured outside the test suite; may use `tests/`, and nothing imports it but tests."""
