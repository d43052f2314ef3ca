"""What `kubeobj get` does: asks for tables where tables are shown, for objects where they are not.

Source: ``k8s.io/kubectl/pkg/cmd/get`` get.go (v1.36).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import click

from kubeobj.api.errors import ApiError, NotFound
from kubeobj.cli.connecting import AS_TABLE, CommandFailed, Reach
from kubeobj.cli.printing.documents import without_managed_fields
from kubeobj.cli.printing.formats import Found, printer_of, split_output
from kubeobj.cli.printing.sorting import order_of
from kubeobj.cli.printing.tables import TableLook, TablePrinter
from kubeobj.cli.refusals import say
from kubeobj.cli.resourceargs import Target, kind_name
from kubeobj.documents import Wire

if TYPE_CHECKING:
    from kubeobj.models.resource import Resource


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of `kubeobj get`; see its options.

    Args:
        targets: The objects.
        namespace: In which namespace; empty for all, None for the usual one.
        selector: With which labels.
        fields: With which fields.
        output: In which form.
        sort_by: By which field they are sorted; empty for as they come.
        headers: Whether columns are named.
        show_labels: Whether labels are shown.
        label_columns: The labels with columns of their own.
        show_kind: Whether kinds are shown.
        show_managed_fields: Whether it is shown who wrote which field.
        ignore_not_found: Whether it is no error if one is not there.
    """

    targets: Sequence[Target]
    namespace: str | None = None
    selector: str = ""
    fields: str = ""
    output: str = ""
    sort_by: str = ""
    headers: bool = True
    show_labels: bool = False
    label_columns: tuple[str, ...] = ()
    show_kind: bool = False
    show_managed_fields: bool = False
    ignore_not_found: bool = False

    @property
    def is_one(self) -> bool:
        """Whether a single object is asked for."""
        return len(self.targets) == 1 and bool(self.targets[0].name)

    def place(self, target: Target) -> str | None:
        """Return the namespace in which a target is looked for."""
        return target.namespace if target.namespace is not None else self.namespace

    def query(self, target: Target) -> dict[str, str]:
        """Return the parameters that choose among the objects of a kind."""
        if target.name:
            return {}
        return {"labelSelector": self.selector, "fieldSelector": self.fields}

    def look(self, resource: "Resource") -> TableLook:
        """Return how tables of a kind look."""
        kinds = {str(one.resource.kind) for one in self.targets}
        return TableLook(
            headers=self.headers,
            wide=split_output(self.output)[0] == "wide",
            kind=kind_name(resource) if self.show_kind or len(kinds) > 1 else "",
            namespaces=self.namespace == "" and resource.namespaced,
            labels=self.show_labels,
            label_columns=self.label_columns,
        )


@final
class Getting:
    """One run of `kubeobj get`.

    Args:
        reach: The cluster.
        question: What is asked.
    """

    def __init__(self, reach: Reach, question: Question) -> None:
        self._reach = reach
        self._question = question
        self._failures: list[ApiError] = []

    def run(self) -> int:
        """Print the answer, and return the exit code."""
        question = self._question
        show = printer_of(question.output, headers=question.headers)
        if show is None:
            self._print_tables()
        else:
            found = self._objects()
            if question.sort_by:
                order = order_of(question.sort_by, [document for _, document in found])
                found = [found[number] for number in order]
            if found or not self._failures:
                is_one = question.is_one and len(found) == 1
                if found or not question.is_one:
                    show(found, is_one)
        as_json = question.output == "json" and not question.ignore_not_found
        for error in self._failures:
            say(error, as_json=as_json and len(self._question.targets) == 1)
        return 1 if self._failures else 0

    # ------------------------------------------------------------ whole objects

    def _objects(self) -> list[Found]:
        found = [one for target in self._question.targets for one in self._of(target)]
        if self._question.show_managed_fields:
            return found
        return [(target, without_managed_fields(document)) for target, document in found]

    def _of(self, target: Target) -> Iterator[Found]:
        question = self._question
        try:
            if target.name:
                place = question.place(target)
                yield target, self._reach.get(target.resource, target.name, place)
                return
            found = self._reach.items(
                target.resource,
                question.place(target),
                selector=question.selector,
                fields=question.fields,
            )
        except ApiError as error:
            self._failed(error)
            return
        yield from ((target, document) for document in found)

    # ------------------------------------------------------------ tables

    def _print_tables(self) -> None:
        question = self._question
        printer: TablePrinter | None = None
        last: Resource | None = None
        has_rows = False
        for resource, table in self._tables():
            if question.sort_by:
                _sort(table, question.sort_by)
            if last is None or last.kind != resource.kind:
                printer, last = TablePrinter(question.look(resource)), resource
                is_separate = has_rows and question.headers and bool(table.get("rows"))
                if is_separate:
                    click.echo()
            if printer is not None and (lines := printer.lines(table)):
                has_rows = True
                click.echo("\n".join(lines))
        if not has_rows and not self._failures and not question.ignore_not_found:
            click.echo(self._nothing(), err=True)

    def _nothing(self) -> str:
        resources = [one.resource for one in self._question.targets]
        is_wide = bool(resources) and not any(one.namespaced for one in resources)
        if self._question.namespace == "" or is_wide:
            return "No resources found"
        return f"No resources found in {self._reach.namespace} namespace."

    def _tables(self) -> "Iterator[tuple[Resource, Wire]]":
        """Yield the tables; those of one kind that follow each other as one."""
        gathered: tuple[Resource, Wire] | None = None
        for target in self._question.targets:
            table = self._table(target)
            if table is None:
                continue
            if gathered is not None and gathered[0].kind == target.resource.kind:
                gathered[1]["rows"] = [*gathered[1]["rows"], *table["rows"]]
                continue
            if gathered is not None:
                yield gathered
            gathered = target.resource, table
        if gathered is not None:
            yield gathered

    def _table(self, target: Target) -> Wire | None:
        question = self._question
        path = self._reach.path(target.resource, question.place(target), target.name)
        query: dict[str, str] = question.query(target)
        if question.sort_by:
            query["includeObject"] = "Object"
        try:
            found = self._reach.ask("GET", path, query, accept=AS_TABLE)
        except ApiError as error:
            self._failed(error)
            return None
        if found.get("kind") != "Table":
            raise CommandFailed(f"the server makes no table of {target.resource.plural}")
        return {**found, "rows": found.get("rows") or []}

    def _failed(self, error: ApiError) -> None:
        if not (self._question.ignore_not_found and isinstance(error, NotFound)):
            self._failures.append(error)


def _sort(table: Wire, path: str) -> None:
    rows = table["rows"]
    table["rows"] = [rows[number] for number in order_of(path, [row["object"] for row in rows])]
