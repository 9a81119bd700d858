"""Pages of unions: joining for everybody, the inbox and the invitation for officers."""
