using System.Text;

namespace Headgate.Cli.Output;

/// <summary>
/// Rows at the bottom of a terminal that are drawn over themselves, cut to its width so that none wraps. What stands above them stays.
/// Disposing it brings the cursor back; the last rows stay readable.
/// </summary>
internal sealed class LiveArea(CliConsole console) : IDisposable
{
    private const string HideCursor = "\e[?25l";
    private const string ShowCursor = "\e[?25h";
    private const string ClearToEndOfLine = "\e[K";
    private const string ClearBelow = "\e[J";

    private int _rows;

    /// <summary>Draws these rows in place of the last ones.</summary>
    public void Draw(IReadOnlyList<string> rows)
    {
        var text = new StringBuilder(Up());
        var width = console.CurrentWidth;
        if (_rows == 0) text.Append(HideCursor);
        foreach (var row in rows) text.Append(row.Length > width ? row[..width] : row).Append(ClearToEndOfLine).Append('\n');
        text.Append(ClearBelow);
        _rows = rows.Count;
        console.Out.Write(text);
        console.Out.Flush();
    }

    /// <summary>Takes the rows away.</summary>
    public void Clear()
    {
        if (_rows == 0) return;
        console.Out.Write(Up() + ClearBelow + ShowCursor);
        console.Out.Flush();
        _rows = 0;
    }

    /// <summary>Brings the cursor back.</summary>
    public void Dispose()
    {
        if (_rows == 0) return;
        console.Out.Write(ShowCursor);
        console.Out.Flush();
    }

    private string Up() => _rows == 0 ? "" : $"\r\e[{_rows}A";
}
