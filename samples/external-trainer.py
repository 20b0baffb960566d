#!/usr/bin/env python3
"""An example of a program that trains for the local server, without dependencies. See docs/external-trainer.md.

It learns which answer goes with which prompt by counting words. To train something better, put it in place of AnswerModel,
and in place of the loop in train(); the rest may stay.
"""

import json
import math
import os
import random
import signal
import sys
import threading

# Standard output is for messages alone: what a library prints goes to standard error, which the server logs.
_messages = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", newline="\n")
os.dup2(sys.stderr.fileno(), sys.stdout.fileno())


def say(**message):
    # allow_nan: a loss that is no number must not become a line that is no JSON.
    _messages.write(json.dumps(message, allow_nan=False) + "\n")
    _messages.flush()


class Refused(Exception):
    """The job cannot be done; the message is for its user."""

    def __init__(self, code, message, param=None):
        super().__init__(message)
        self.code, self.param = code, param


class AnswerModel:
    SMOOTHING = 0.1

    def __init__(self, answers=None):
        self.answers = answers or {}  # answer -> [examples, {word: count}]

    def learn(self, prompt, answer, weight):
        counts = self.answers.setdefault(answer, [0.0, {}])
        counts[0] += weight
        for word in prompt.lower().split():
            counts[1][word] = counts[1].get(word, 0.0) + weight

    def probabilities(self, prompt):
        """Of each answer, and of none of them under the name None."""
        words = prompt.lower().split()
        everything = sum(examples for examples, _ in self.answers.values())
        scores = {
            answer: math.log(examples / (everything + 1))
            + sum(math.log((counts.get(word, 0.0) + self.SMOOTHING) / (examples + 2 * self.SMOOTHING)) for word in words)
            for answer, (examples, counts) in self.answers.items()
        }
        scores[None] = -math.log(everything + 1) + len(words) * math.log(self.SMOOTHING)
        highest = max(scores.values())
        weights = {answer: math.exp(score - highest) for answer, score in scores.items()}
        total = sum(weights.values())
        return {answer: weight / total for answer, weight in weights.items()}


def tokens(text):
    return len(text.split()) + 1


def likeliest(probabilities):
    known = [answer for answer in probabilities if answer is not None]
    return max(known, key=probabilities.get, default="")


def read_examples(path):
    examples = []
    with open(path, encoding="utf-8-sig") as lines:
        for line in filter(str.strip, lines):
            messages = json.loads(line).get("messages")
            if messages is None:
                raise Refused("unsupported_data", "This trainer learns chats only.", "training_file")
            answers = [m["content"] for m in messages if m["role"] == "assistant" and isinstance(m.get("content"), str)]
            prompts = [m["content"] for m in messages if m["role"] == "user" and isinstance(m.get("content"), str)]
            if answers:
                examples.append((prompts[-1] if prompts else "", answers[-1]))
    return examples


def settle(order):
    """What every 'auto' comes to, and the examples."""
    if order["method"] != "supervised":
        raise Refused("unsupported_method", f"This trainer does 'supervised' only, not '{order['method']}'.", "method")
    if order["base_model_path"]:
        raise Refused("unsupported_model", "This trainer cannot go on from an earlier model.", "model")
    examples = read_examples(order["training_path"])
    if not examples:
        raise Refused("invalid_training_file", "The file has no assistant text to learn from.", "training_file")
    asked = {name: value for name, value in order["hyperparameters"].items() if value != "auto"}
    numbers = {
        "n_epochs": asked.get("n_epochs", 3),
        "batch_size": min(asked.get("batch_size", 1), len(examples)),
        "learning_rate_multiplier": asked.get("learning_rate_multiplier", 1.0),
    }
    return numbers, examples


def steps_per_epoch(numbers, examples):
    return -(-len(examples) // numbers["batch_size"])


def plan(order):
    numbers, examples = settle(order)
    say(type="plan", examples=len(examples), total_steps=numbers["n_epochs"] * steps_per_epoch(numbers, examples), **numbers)


def write_whole(folder, name, content):
    """The program may be killed at any moment: a file is there whole or not at all."""
    path = os.path.join(folder, name)
    with open(path + ".part", "w", encoding="utf-8") as part:
        json.dump(content, part)
        part.flush()
        os.fsync(part.fileno())
    os.replace(path + ".part", path)
    return name


def listen(pause):
    """The server's wishes, in a thread: training does not wait for them."""
    for line in sys.stdin:
        kind = json.loads(line)["type"]
        if kind == "pause":
            pause.set()
        elif kind == "cancel":
            os._exit(0)
    # The server has gone; another start may take this job up again.
    os._exit(2)


def measure(model, examples):
    loss, right, count = 0.0, 0, 0
    for prompt, answer in examples:
        found = model.probabilities(prompt)
        loss -= math.log(max(found.get(answer, found[None] * 0.001), 1e-12))
        right += likeliest(found) == answer
        count += tokens(answer)
    return loss / count, right / len(examples), count


def train(order):
    numbers, examples = settle(order)
    validation = read_examples(order["validation_path"]) if order["validation_path"] else []
    folder, batch, epochs = order["work_folder"], numbers["batch_size"], numbers["n_epochs"]
    per_epoch = steps_per_epoch(numbers, examples)
    step, trained, model = 0, 0, AnswerModel()
    if order["resume_from"]:
        try:
            with open(order["resume_from"], encoding="utf-8") as file:
                state = json.load(file)
            step, trained, model = state["step"], state["trained_tokens"], AnswerModel(state["answers"])
        except (OSError, ValueError, KeyError) as e:
            raise Refused("invalid_state", f"The saved state cannot be used: {e}") from e

    pause = threading.Event()
    threading.Thread(target=listen, args=(pause,), daemon=True).start()
    while step < epochs * per_epoch:
        # The order depends on the seed and the epoch alone, so a state need not hold it.
        shuffled = list(range(len(examples)))
        random.Random(order["seed"] * 1000 + step // per_epoch).shuffle(shuffled)
        for first in range(step % per_epoch * batch, len(examples), batch):
            chosen = [examples[i] for i in shuffled[first:first + batch]]
            loss, accuracy, count = measure(model, chosen)
            for prompt, answer in chosen:
                model.learn(prompt, answer, numbers["learning_rate_multiplier"])
            step += 1
            trained += count
            metrics = {"train_loss": loss, "train_accuracy": accuracy, "trained_tokens": trained, "epoch": step / per_epoch}
            is_epoch_end = step % per_epoch == 0
            if is_epoch_end and validation:
                metrics["full_valid_loss"], metrics["full_valid_accuracy"], _ = measure(model, validation)
                metrics["valid_loss"], metrics["valid_accuracy"] = metrics["full_valid_loss"], metrics["full_valid_accuracy"]
            say(type="step", step=step, **metrics)
            if is_epoch_end and step // per_epoch > epochs - 3:
                say(type="checkpoint", step=step, path=write_whole(folder, f"model-{step}.json", model.answers))
            if is_epoch_end or pause.is_set():
                state = {"step": step, "trained_tokens": trained, "answers": model.answers}
                path = write_whole(folder, f"state-{step}.json", state)
                say(type="paused" if pause.is_set() else "state", step=step, path=path)
                if pause.is_set():
                    return
    say(type="done", path=f"model-{step}.json", trained_tokens=trained)


def serve(order):
    with open(order["model_path"], encoding="utf-8") as file:
        model = AnswerModel(json.load(file))
    say(type="ready", size_bytes=1000 * len(model.answers))
    for line in sys.stdin:
        question = json.loads(line)
        if question["type"] == "generate":
            generate(model, question)


def generate(model, question):
    prompts = [m["content"] for m in question["messages"] if m["role"] == "user"]
    found = model.probabilities(prompts[-1] if prompts else "")
    answer = likeliest(found)
    if question["temperature"] > 0 and answer:
        known = [name for name in found if name is not None]
        weights = [found[name] ** (1 / question["temperature"]) for name in known]
        answer = random.Random(question["seed"]).choices(known, weights)[0] if sum(weights) > 0 else answer
    words = answer.split(" ")
    made = words[:question["max_tokens"]]
    for i, word in enumerate(made):
        say(type="text", id=question["id"], text=word if i == 0 else " " + word)
    say(
        type="end",
        id=question["id"],
        finish_reason="length" if len(made) < len(words) else "stop",
        prompt_tokens=sum(tokens(m["content"]) for m in question["messages"]),
        completion_tokens=len(made),
    )


def main():
    # Ctrl+C in a terminal reaches this program, too; the server says what is to be done.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    order = json.loads(sys.stdin.readline())
    try:
        {"plan": plan, "train": train, "serve": serve}[order["type"]](order)
    except Refused as e:
        say(type="error", code=e.code, message=str(e), param=e.param)


if __name__ == "__main__":
    main()
