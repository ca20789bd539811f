"""The file of a proof, for `mdl solve --certificate`: what `python -m mdl.certificate` checks on its own."""

from __future__ import annotations

from typing import Any

from mdl.certify.document import about, document
from mdl.certify.outcome import Proof, Refutation, Unboundedness, Unproved
from mdl.certify.search import prove
from mdl.diagnostics import Failure
from mdl.mechanisms.design.build import build
from mdl.mechanisms.payments.duals import proof as of_paths
from mdl.mechanisms.payments.separable import applies
from mdl.mechanisms.payments.words import certificate as of_payments
from mdl.mechanisms.search import Found
from mdl.mechanisms.unknown import Unknown
from mdl.tasks import mechanism_errors as errors


def certificate(design: Unknown, found: Found) -> dict[str, Any]:
    """The proof of a search as JSON data.

    Of an optimum it is about the program with every incentive row, so that nothing has to be believed about rows
    that were left out.  Raises Failure where nothing is proved in rationals (MDL685).
    """
    source = design.mechanism.span.source
    return _document(design, found, about(source.name.rsplit("/", 1)[-1], source.text))


def _document(design: Unknown, found: Found, model: dict[str, str]) -> dict[str, Any]:
    name, span = design.mechanism.name, design.mechanism.span
    if found.contradiction is not None:
        made = of_payments(found.contradiction, design.input, model)
        if made is None:
            raise Failure(errors.no_certificate(name, "its valuations are no rationals", span))
        return made
    if found.payments is not None:
        held = applies(design.input)
        proved = None if isinstance(held, str) else of_paths(found.payments, held)
        if proved is not None:
            return document(*proved, model)
    if found.design is not None and found.design.selection.everything:
        program, proof = found.design.program, found.proof
    else:
        program = build(design.input).program
        proof = prove(program)
    match proof:
        case Proof() | Refutation() | Unboundedness():
            return document(program, proof, model)
        case Unproved(reason=reason):
            raise Failure(errors.no_certificate(name, reason, span))
    raise Failure(errors.no_certificate(name, "nothing was proved", span))
