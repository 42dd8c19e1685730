"""Server-rendered pages for the public. They need no login, cookie or script."""
