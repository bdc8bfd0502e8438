"""The command line: the studio's verbs without a page. stdout carries results only."""
