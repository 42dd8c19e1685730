"""Pages for people who are no users: server-rendered, without a login, a cookie or a script that is needed."""
