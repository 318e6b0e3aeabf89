using System.Text;

namespace Headgate.Cli.Api;

/// <summary>One server-sent event.</summary>
internal readonly record struct ServerEvent(string? Id, string Data);

/// <summary>Reads server-sent events (WHATWG HTML section 9.2.6) off a stream.</summary>
internal static class EventReader
{
    public static async IAsyncEnumerable<ServerEvent> ReadAsync(
        Stream stream, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancelled)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var data = new StringBuilder();
        string? id = null;
        while (await reader.ReadLineAsync(cancelled) is { } line)
        {
            if (line.Length == 0)
            {
                if (data.Length > 0) yield return new ServerEvent(id, data.ToString(0, data.Length - 1));
                data.Clear();
            }
            else if (line.StartsWith("data:", StringComparison.Ordinal)) data.Append(Value(line)).Append('\n');
            else if (line.StartsWith("id:", StringComparison.Ordinal)) id = Value(line);
        }
    }

    private static string Value(string line)
    {
        var value = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..];
        return value.StartsWith(' ') ? value[1..] : value;
    }
}
