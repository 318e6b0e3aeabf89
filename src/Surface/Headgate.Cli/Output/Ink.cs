namespace Headgate.Cli.Output;

/// <summary>Colours: bold headings, and states that need a look. Or none at all.</summary>
internal sealed class Ink(bool colours)
{
    private const string Reset = "\e[0m";
    private const string Bold = "\e[1m";
    private const string Red = "\e[31m";
    private const string Yellow = "\e[33m";
    private const string Green = "\e[32m";

    public string Heading(string text) => colours && text.Length > 0 ? Bold + text + Reset : text;

    /// <summary>A cell's text; known states get a colour.</summary>
    public string Cell(string text) => colours && Colour(text) is { } colour ? colour + text + Reset : text;

    private static string? Colour(string text) => text switch
    {
        "ready" or "up" or "succeeded" or "yes" => Green,
        "error" or "failed" or "no" or "nobody" => Red,
        "disabled" or "maintenance" or "undoing" or "deleted" or "warning" => Yellow,
        _ => null,
    };
}
