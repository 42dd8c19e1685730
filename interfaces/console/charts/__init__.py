"""Charts as the templates draw them: coordinates in per cent of the drawing's width or height, and texts.

A caller gives numbers together with their texts, because how a number is written depends on the reader's language.
Every chart has a title that says its figures, and the same figures as a table.
"""
