"""Checks a chat dataset as OpenAI's cookbook does: every line is parsed into a list, then the list is checked and the problems are counted."""
import json
import resource
import sys
import time
from collections import Counter

ROLES = {"system", "user", "assistant", "function", "tool", "developer"}
KEYS = {"role", "content", "name", "function_call", "tool_calls", "tool_call_id", "weight"}


def load(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def check(examples):
    problems = Counter()
    for example in examples:
        if not isinstance(example, dict):
            problems["not an object"] += 1
            continue
        messages = example.get("messages")
        if not messages:
            problems["no messages"] += 1
            continue
        learns = False
        for message in messages:
            if "role" not in message or "content" not in message:
                problems["key missing"] += 1
            if any(key not in KEYS for key in message):
                problems["unknown key"] += 1
            role = message.get("role")
            if role not in ROLES:
                problems["unknown role"] += 1
            content = message.get("content")
            if not isinstance(content, str) and not (message.get("function_call") or message.get("tool_calls")):
                problems["no text"] += 1
            if role == "assistant":
                learns = True
        if not learns:
            problems["no assistant message"] += 1
    return problems


idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.perf_counter()
examples = load(sys.argv[1])
problems = check(examples)
seconds = time.perf_counter() - start
print(json.dumps({
    "seconds": [seconds],
    "examples": len(examples),
    "problems": sum(problems.values()),
    "peak": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - idle) * 1024,
}))
