"""Open Cap Format: the cap table as other tools read it, from events alone, the same byte for byte every time.

package = export(records, Source(chain_id, block, moment))
validate(package)
package.write_zip(path)
"""

from workpact.ocf.evaluator import Evaluator
from workpact.ocf.export import Company, Person, Source, export
from workpact.ocf.package import Package
from workpact.ocf.validation import Invalid, validate

__all__ = ["Company", "Evaluator", "Invalid", "Package", "Person", "Source", "export", "validate"]
