"""Contracts as files: templates with their source and date, offered to be agreed on."""
