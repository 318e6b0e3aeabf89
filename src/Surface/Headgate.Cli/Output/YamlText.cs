using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Headgate.Cli.Output;

/// <summary>JSON as YAML 1.2. Text that would read as something else (true, 12, null) is quoted.</summary>
internal static class YamlText
{
    public static void Write(JsonElement json, TextWriter output)
    {
        // The emitter gives an empty plain text for an empty document's end; a string keeps its marks out of the output.
        var text = new StringWriter { NewLine = "\n" };
        var emitter = new Emitter(text, new EmitterSettings().WithIndentedSequences());
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, json);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        output.WriteLine(text.ToString().TrimEnd('\n'));
    }

    private static void Emit(Emitter emitter, JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                emitter.Emit(new MappingStart());
                foreach (var member in json.EnumerateObject())
                {
                    EmitText(emitter, member.Name);
                    Emit(emitter, member.Value);
                }
                emitter.Emit(new MappingEnd());
                break;
            case JsonValueKind.Array:
                var style = json.GetArrayLength() == 0 ? SequenceStyle.Flow : SequenceStyle.Block;
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, style));
                foreach (var item in json.EnumerateArray()) Emit(emitter, item);
                emitter.Emit(new SequenceEnd());
                break;
            case JsonValueKind.String:
                EmitText(emitter, json.GetString()!);
                break;
            default:
                emitter.Emit(new Scalar(json.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? "null" : json.GetRawText()));
                break;
        }
    }

    private static void EmitText(Emitter emitter, string text)
    {
        var style = ReadsAsSomethingElse(text) ? ScalarStyle.DoubleQuoted : ScalarStyle.Any;
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, style, isPlainImplicit: true, isQuotedImplicit: true));
    }

    /// <summary>Whether a plain scalar would be a null, a truth value or a number to a YAML 1.1 or 1.2 reader.</summary>
    private static bool ReadsAsSomethingElse(string text) =>
        text is "" or "~" or "." or "<<" or "="
        || text.ToLowerInvariant() is "null" or "true" or "false" or "yes" or "no" or "on" or "off" or "y" or "n" or ".nan" or ".inf"
        || char.IsAsciiDigit(text[0])
        || (text[0] is '+' or '-' or '.' && text.Length > 1 && (char.IsAsciiDigit(text[1]) || text[1] is '.'));
}
