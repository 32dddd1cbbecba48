package mimosa.shell;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Rows with aligned columns. Numbers stand right. */
final class Table {
    private static final String GAP = "  ";

    private final List<List<String>> rows = new ArrayList<>();
    private final Set<Integer> numbers;

    private Table(Set<Integer> numbers) {
        this.numbers = numbers;
    }

    /** A table with the given headings. */
    static Table of(Set<Integer> numbers, String... headings) {
        Table table = new Table(numbers);
        table.row((Object[]) headings);
        return table;
    }

    /** Labels and what they stand for. */
    static Table ofFacts() {
        return new Table(Set.of());
    }

    Table row(Object... cells) {
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(cell == null ? "" : Printable.line(cell.toString()));
        }
        rows.add(row);
        return this;
    }

    void print(PrintStream out) {
        int[] widths = new int[rows.stream().mapToInt(List::size).max().orElse(0)];
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                String pad = " ".repeat(widths[i] - row.get(i).length());
                line.append(i == 0 ? "" : GAP).append(numbers.contains(i) ? pad + row.get(i) : row.get(i) + pad);
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
