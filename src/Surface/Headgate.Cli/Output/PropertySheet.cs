namespace Headgate.Cli.Output;

/// <summary>One object as <c>name: value</c> lines; a value that is null is left out.</summary>
internal sealed class PropertySheet
{
    private readonly List<(string Name, string Value)> _lines = [];

    public PropertySheet Add(string name, string? value)
    {
        if (value is not null) _lines.Add((name, value));
        return this;
    }

    /// <summary>A block below its heading, for example a table of promises.</summary>
    public PropertySheet AddBlock(string name, IEnumerable<string> lines)
    {
        var text = string.Join('\n', lines.Select(line => "  " + line));
        if (text.Length > 0) _lines.Add((name, "\n" + text));
        return this;
    }

    public void Write(TextWriter output, Ink ink)
    {
        var width = _lines.Where(line => line.Value is not ['\n', ..]).Select(line => line.Name.Length).DefaultIfEmpty(0).Max();
        foreach (var (name, value) in _lines)
        {
            if (value is ['\n', .. var block]) output.WriteLine($"{ink.Heading(name + ":")}\n{block}");
            else output.WriteLine($"{ink.Heading(name + ":")}{new string(' ', width - name.Length)}  {ink.Cell(value)}");
        }
    }
}
