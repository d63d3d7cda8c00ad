"""Tests of revisions, differences, submissions and reverts through the service and the command line."""
