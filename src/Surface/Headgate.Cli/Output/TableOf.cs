namespace Headgate.Cli.Output;

/// <summary>A column: its heading, its text for an item, and whether numbers are set to the right.</summary>
internal sealed record Column<T>(string Heading, Func<T, string> Text, bool Right = false);

/// <summary>A table of <typeparamref name="T"/> in aligned columns without lines, so that awk and people both read it.</summary>
internal sealed class TableOf<T>(params Column<T>[] columns)
{
    /// <summary>A column is not cut below this; narrower says nothing.</summary>
    private const int LeastWidth = 8;

    private const string Gap = "  ";

    /// <summary>What is printed in place of a table without rows; on standard error, so that pipes stay empty.</summary>
    public string Empty { get; init; } = "none";

    /// <summary>Writes the rows; <paramref name="width"/> null for as wide as they are.</summary>
    public void Write(TextWriter output, IReadOnlyList<T> rows, int? width, Ink ink)
    {
        var cells = rows.Select(row => columns.Select(column => column.Text(row).ReplaceLineEndings(" ")).ToArray()).ToArray();
        var widths = columns.Select((column, i) => Math.Max(column.Heading.Length, cells.Select(row => row[i].Length).DefaultIfEmpty(0).Max())).ToArray();
        if (width is { } limit) Shrink(widths, limit);
        WriteRow(output, [.. columns.Select(column => column.Heading)], widths, ink.Heading);
        foreach (var row in cells) WriteRow(output, row, widths, ink.Cell);
    }

    /// <summary>Takes from the widest column until all fit.</summary>
    private static void Shrink(int[] widths, int limit)
    {
        var available = limit - (Gap.Length * (widths.Length - 1));
        while (widths.Sum() > available)
        {
            var widest = Array.IndexOf(widths, widths.Max());
            if (widths[widest] <= LeastWidth) return;
            widths[widest]--;
        }
    }

    private void WriteRow(TextWriter output, string[] cells, int[] widths, Func<string, string> colour)
    {
        var line = "";
        for (var i = 0; i < cells.Length; i++)
        {
            var text = cells[i].Length > widths[i] ? string.Concat(cells[i].AsSpan(0, widths[i] - 1), "…") : cells[i];
            var padding = new string(' ', widths[i] - text.Length);
            var last = i == cells.Length - 1;
            line += columns[i].Right ? padding + colour(text) : colour(text) + (last ? "" : padding);
            if (!last) line += Gap;
        }
        output.WriteLine(line.TrimEnd());
    }
}
