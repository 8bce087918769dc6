"""A family of activations: what they have in common, and the parameters that tell them apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp
from sympy.core.relational import Relational

from symrnn.activations.entry import Activation
from symrnn.activations.parameters import Parameter, StandIn, Values, exact
from symrnn.errors import ParameterError


@dataclass(frozen=True)
class Family:
    """Activations of one name.

    Args:
        name: the name of all members.
        build: from the values of the parameters to the member.
        parameters: in the order of PyTorch.
    """

    name: str
    build: Callable[..., Activation]
    parameters: tuple[Parameter, ...] = ()

    def member(self, given: Mapping[str, Any]) -> Activation:
        """The member with some parameters; the others have their defaults.

        Raises:
            ParameterError: for a parameter that the family does not have, or a value outside of its domain.
        """
        names = [parameter.name for parameter in self.parameters]
        for name in given:
            if name not in names:
                raise ParameterError(
                    f"{self.name} has no parameter {name}",
                    advice=f"it has {', '.join(names)}" if names else "it has none",
                )
        values: Values = {}
        stand_ins: list[StandIn] = []
        hypotheses: list[Relational] = []
        for parameter in self.parameters:
            try:
                found = exact(parameter.name, given.get(parameter.name, parameter.default))
                asked = parameter.hypotheses(found, values)
            except ParameterError as error:
                raise ParameterError(error.what, where=self.name, advice=error.advice) from None
            if asked and not isinstance(found, sp.Symbol):
                raise ParameterError(
                    f"{parameter.name} = {found} asks for {asked[0]}",
                    where=self.name,
                    advice=f"give a symbol for {parameter.name} too, or numbers for both",
                )
            hypotheses += asked
            if isinstance(found, sp.Symbol):
                self._require_other(found, stand_ins)
                stand_ins.append((found, parameter.stand_in(found, values)))
            values[parameter.name] = found
        member = self.build(**values)
        return replace(
            member, parameters=tuple(values.items()), hypotheses=tuple(hypotheses), stand_ins=tuple(stand_ins)
        )

    def _require_other(self, symbol: sp.Symbol, used: list[StandIn]) -> None:
        if symbol in [known for known, _ in used]:
            raise ParameterError(f"{symbol} stands for two parameters", where=self.name, advice="use two symbols")
