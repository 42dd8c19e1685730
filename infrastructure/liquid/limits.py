"""The limits on the size of one template, its values and its rendering."""

SOURCE_BYTES = 65_536
MARKUP_CHARACTERS = 1_000
"""The length of one `{{ ... }}` or `{% ... %}`. The library's expression lexer needs quadratic time for it."""
OUTPUT_BYTES = 262_144
VALUE_CHARACTERS = 262_144
"""The length of all values that one rendering gets, and of any value that it makes."""
VALUE_DEPTH = 8
ITERATIONS = 10_000
"""The number of iterations of all loops of one rendering."""
ITEMS = 10_000
LOCAL_BYTES = 1_048_576
LARGEST_INTEGER = 10**30
SECONDS = 0.5
"""The time limit of a rendering, in the thread's processor time, so that a busy machine fails no message."""
