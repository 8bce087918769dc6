"""Chunks: the state is passed on, its derivative is not

What is lost when a long sequence is trained in chunks that pass the state on, but not its derivative?

A long sequence is cut into chunks of $K$ steps. Each starts from the last state of the one before, taken as a constant.
At step $t = cK + r$ of chunk $c$, with $1 <= r <= K$, the paths that enter inside the chunk are kept. The others are
lost: $Φ(cK + r, cK)$ times the derivative of the state at which the chunk starts. The first chunk loses nothing; the
first step of a later one keeps a single step, however long the chunks are.

Source: Jaeger (2002), A tutorial on training recurrent neural networks, sec. 4.

>>> import sympy as sp
>>> from symrnn import Elman, to_text
>>> from symrnn.truncation import chunked
>>> rnn, (K, c, r) = Elman(), sp.symbols("K c r", integer=True)
>>> print(to_text(chunked(rnn, rnn.h, rnn.W_hh, K, c, r).error))
(dh[r+K c]/dh[K c]) (dh[K c]/dW_hh)
"""

import sympy as sp

from symrnn import LSTM, Claim, Elman, Equation, Kind, MatrixSum, TotalJacobian, n
from symrnn.truncation import chunked

K, c, r = sp.symbols("K c r", integer=True)
rnn, lstm = Elman(), LSTM()
h, W = rnn.h, rnn.W_hh

state = chunked(rnn, h, W, K, c, r)
loss = chunked(rnn, rnn.ell, W, K, c, r)
cell = chunked(lstm, lstm.h, lstm.b_f, K, c, r)
first = chunked(rnn, h, W, K, 0, r)


def over_chunk(term):
    """Σ over the steps of a chunk."""
    return MatrixSum(term, r, sp.S.One, K)


L27 = Claim(
    id="L27",
    title="a chunk sees all of $dh_t/dW_hh$",
    statement=state.without_error,
    expected=Kind.REFUTED,
    recurrence=rnn,
    corrected_by="L27-error",
)

L27_error = Claim(
    id="L27-error",
    title="what a chunk loses",
    statement=state.equation,
    expected=Kind.PROVED,
    recurrence=rnn,
    worked={K: 2, c: 1, r: 1, n: 1, "phi": "identity", W: 2, h[0]: 1},
)

L27_first = Claim(
    id="L27-first",
    title="the first chunk loses nothing",
    statement=first.without_error,
    expected=Kind.PROVED,
    recurrence=rnn,
)

L27_loss = Claim(
    id="L27-loss",
    title="what the loss of a chunk loses, summed over its steps",
    statement=Equation(
        over_chunk(loss.whole), sp.MatAdd(over_chunk(loss.kept), over_chunk(loss.error)), (K >= 1, c >= 0)
    ),
    expected=Kind.PROVED,
    recurrence=rnn,
)

L27_cell = Claim(
    id="L27-lstm",
    title="what a chunk of the LSTM loses, its two states stacked",
    statement=cell.equation,
    expected=Kind.PROVED,
    recurrence=lstm,
)

L27_one_off = Claim(
    id="L27-one-off",
    title="a chunk that starts one step later",
    statement=Equation(
        state.whole,
        sp.MatAdd(state.kept, TotalJacobian(h[c * K + r], h[c * K + 1]) * TotalJacobian(h[c * K + 1], W)),
        state.where,
    ),
    expected=Kind.REFUTED,
    recurrence=rnn,
    corrected_by="L27-error",
)
