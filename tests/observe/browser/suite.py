"""All tests of this folder, in one browser: most of a small suite's time is the start of one. Words choose tests."""

import charts
import other_pages
import page
import server
from trainer import run_tests

run_tests(page, charts, other_pages, server)
