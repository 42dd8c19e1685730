"""How large one template, its values and its rendering may become."""

SOURCE_BYTES = 65_536
MARKUP_CHARACTERS = 1_000
"""Of one `{{ ... }}` or `{% ... %}`; the library's expression lexer takes quadratic time in it."""
OUTPUT_BYTES = 262_144
VALUE_CHARACTERS = 262_144
"""Of all values given to one rendering, and of any one value inside it."""
VALUE_DEPTH = 8
ITERATIONS = 10_000
"""Of all loops of one rendering together."""
ITEMS = 10_000
LOCAL_BYTES = 1_048_576
LARGEST_INTEGER = 10**30
SECONDS = 0.5
"""Of this thread's processor time, so that a busy machine fails nobody's message."""
