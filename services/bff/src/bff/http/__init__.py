"""What every HTTP request passes: host check, problem documents, parameters, metrics, health."""
