using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Headgate.Cli.Api;

namespace Headgate.Cli.Output;

/// <summary>Prints results in the chosen format.</summary>
internal sealed class Printer(CliConsole console, OutputFormat format)
{
    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // it goes to a terminal or jq, never into a web page
    };

    private readonly Ink _ink = new(console.Colours);

    public void PrintList<T>(IReadOnlyList<JsonElement> items, TableOf<T> table, JsonTypeInfo<T> type)
    {
        if (format != OutputFormat.Table)
        {
            PrintArray(items);
            return;
        }
        if (items.Count == 0)
        {
            console.Error.WriteLine(table.Empty);
            return;
        }
        table.Write(console.Out, [.. items.Select(item => ApiClient.Read(item, type))], console.OutIsTerminal ? console.Width : null, _ink);
    }

    public void PrintOne<T>(JsonElement item, Func<T, PropertySheet> sheet, JsonTypeInfo<T> type)
    {
        if (format == OutputFormat.Table) sheet(ApiClient.Read(item, type)).Write(console.Out, _ink);
        else PrintRaw(item);
    }

    /// <summary>What is left to say when nothing is to be shown.</summary>
    public void PrintDone(JsonElement item, string sentence)
    {
        if (format == OutputFormat.Table) console.Out.WriteLine(sentence);
        else if (item.ValueKind != JsonValueKind.Undefined) PrintRaw(item);
    }

    /// <summary>One document of many, for programs: a line of JSON, or YAML with its mark.</summary>
    public void PrintSample(JsonElement item)
    {
        if (format == OutputFormat.Yaml)
        {
            console.Out.WriteLine("---");
            YamlText.Write(item, console.Out);
        }
        else
        {
            console.Out.WriteLine(item.GetRawText().ReplaceLineEndings(""));
        }
        console.Out.Flush();
    }

    private void PrintArray(IReadOnlyList<JsonElement> items)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Indented))
        {
            writer.WriteStartArray();
            foreach (var item in items) item.WriteTo(writer);
            writer.WriteEndArray();
        }
        using var document = JsonDocument.Parse(buffer.ToArray());
        PrintRaw(document.RootElement);
    }

    private void PrintRaw(JsonElement item)
    {
        if (format == OutputFormat.Yaml)
        {
            YamlText.Write(item, console.Out);
            return;
        }
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Indented)) item.WriteTo(writer);
        console.Out.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
    }
}
