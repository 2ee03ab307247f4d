"""Improvement plans: actions chosen from a playbook by conditions on gaps."""
