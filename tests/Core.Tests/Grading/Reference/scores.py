"""Writes the scores of the reference implementations into the files of cases given, or, with --pairs, of pairs read from standard input.

Its libraries are not a part of this project: Debian's python3-nltk, and rapidfuzz, sacrebleu and rouge (google-research) on PYTHONPATH.
"""
import json
import sys

from nltk.stem.porter import PorterStemmer
from nltk.translate.gleu_score import sentence_gleu
from nltk.translate.meteor_score import single_meteor_score
from rapidfuzz import fuzz_py
from rouge.rouge_scorer import RougeScorer
from sacrebleu.metrics import BLEU


class NoSynonyms:
    """A WordNet that knows no word."""

    @staticmethod
    def synsets(word):
        return []


BLEU_OF_ONE = BLEU(effective_order=True)
ROUGE = RougeScorer(["rouge1", "rouge2", "rouge3", "rouge4", "rouge5", "rougeL"], use_stemmer=False)
STEMMER = PorterStemmer()


def rouge(given, reference):
    scores = ROUGE.score(reference, given)
    return {"rouge_" + name[5:].lower(): score.fmeasure for name, score in scores.items()}


FAMILIES = {
    "fuzzy_match": lambda given, reference: {"fuzzy_match": fuzz_py.ratio(given, reference) / 100},
    "bleu": lambda given, reference: {"bleu": BLEU_OF_ONE.sentence_score(given, [reference]).score / 100},
    "gleu": lambda given, reference: {"gleu": sentence_gleu([reference.split()], given.split())},
    "meteor": lambda given, reference: {
        "meteor": single_meteor_score(reference.split(), given.split(), stemmer=STEMMER, wordnet=NoSynonyms)
    },
    "rouge": rouge,
}


def rounded(scores):
    return {name: float(f"{score:.15g}") for name, score in scores.items()}


def text(case):
    return json.dumps(case, ensure_ascii=False).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085")


def main(arguments):
    if arguments == ["--pairs"]:
        for line in sys.stdin:
            case = json.loads(line)
            scores = {}
            for family in FAMILIES.values():
                scores.update(family(case["input"], case["reference"]))
            print(json.dumps({**case, "scores": scores}))
        return
    for name in arguments:
        family = FAMILIES[name.rsplit("/", 1)[-1].removesuffix(".jsonl")]
        with open(name, encoding="utf-8") as file:
            cases = [json.loads(line) for line in file.read().split("\n") if line]
        for case in cases:
            case["scores"] = rounded(family(case["input"], case["reference"]))
        with open(name, "w", encoding="utf-8", newline="\n") as file:
            file.write("".join(text(case) + "\n" for case in cases))


main(sys.argv[1:])
