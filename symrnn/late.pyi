"""What the names are that :mod:`symrnn.late` looks up on higher floors."""

from symrnn.calculus.backward import Backward as Backward
from symrnn.calculus.backward import backward_pass as backward_pass
from symrnn.calculus.closed_forms import written_out as written_out
from symrnn.calculus.commuting import commuting as commuting
from symrnn.calculus.deriving import derive as derive
from symrnn.cells.cell import Named as Named
from symrnn.cells.losses import StepLoss as StepLoss
from symrnn.cells.network import with_activation as with_activation
from symrnn.cells.training import masked as masked
from symrnn.cells.training import with_loss as with_loss
from symrnn.cells.written.files import load_cell as load_cell
from symrnn.cells.written.parsing import WrittenCell as WrittenCell
from symrnn.cells.written.parsing import parse_cell as parse_cell
from symrnn.certify.equations import Certificate as Certificate
from symrnn.certify.explaining import explained as explained
from symrnn.certify.slope_asked import certified as certified
from symrnn.check.advising import advice_on as advice_on
from symrnn.check.bounding import bound as bound
from symrnn.check.kernel import Theorem as Theorem
from symrnn.check.kernel import require_said as require_said
from symrnn.check.kernel import require_theorem as require_theorem
from symrnn.check.verify import verify as verify
from symrnn.check.verify import verify_derivation as verify_derivation
from symrnn.codegen.module import generate as generate
from symrnn.derivation.steps import Derivation as Derivation
from symrnn.evaluate.numeric import numeric as numeric
from symrnn.evaluate.unrolling import Unrolled as Unrolled
from symrnn.evaluate.unrolling import unroll as unroll
from symrnn.latex.cells import cell_text as cell_text
from symrnn.latex.notation import Notation as Notation
from symrnn.latex.notation import find_notation as find_notation
from symrnn.latex.notebooks import displayed as displayed
from symrnn.latex.statements import claim_latex as claim_latex
from symrnn.latex.statements import definitions_latex as definitions_latex
from symrnn.latex.statements import derivation_latex as derivation_latex
from symrnn.latex.statements import explain as explain
from symrnn.latex.statements import statement_latex as statement_latex
from symrnn.latex.text import definitions_text as definitions_text
from symrnn.latex.text import equation_text as equation_text
from symrnn.latex.writer import latex as latex
from symrnn.plots.unrolled_drawing import unrolled_figure as unrolled_figure
from symrnn.slopes.bounds import SlopeBounds as SlopeBounds
from symrnn.slopes.bounds import slope_bounds as slope_bounds
from symrnn.slopes.claims import claim_bound as claim_bound

HOMES: dict[str, str]
