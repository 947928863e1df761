"""What moderation keeps: servers' configurations and word lists, cases, sanctions, appeals, and the log."""
