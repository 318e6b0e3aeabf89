using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Headgate.Drivers.Ceph.Native;

namespace Headgate.Drivers.Ceph;

/// <summary>Commands to the monitors: what the <c>ceph</c> program sends.</summary>
internal static unsafe class Monitors
{
    /// <summary>Runs a command that changes nothing; null when it answers nothing.</summary>
    public static JsonNode? Read(CephCall call, string prefix, params ReadOnlySpan<(string Name, JsonNode Value)> arguments)
    {
        var (text, answer) = (Text(prefix, arguments), (JsonNode?)null);
        call.Read(prefix, () => Send(call.Connection.Cluster, null, text, out answer));
        return answer;
    }

    /// <summary>Like <see cref="Read"/>; null also when what it asks for is not there.</summary>
    public static JsonNode? Find(CephCall call, string prefix, params ReadOnlySpan<(string Name, JsonNode Value)> arguments)
    {
        var (text, answer) = (Text(prefix, arguments), (JsonNode?)null);
        return call.Read(prefix, () => Send(call.Connection.Cluster, null, text, out answer), Errno.NotFound) < 0 ? null : answer;
    }

    /// <summary>Asks one monitor.</summary>
    public static JsonNode? ReadFrom(CephCall call, string monitor, string prefix)
    {
        var (text, answer) = (Text(prefix), (JsonNode?)null);
        call.Read(prefix, () => Send(call.Connection.Cluster, monitor, text, out answer));
        return answer;
    }

    /// <summary>Runs a command that changes something.</summary>
    public static void Change(CephCall call, string prefix, params ReadOnlySpan<(string Name, JsonNode Value)> arguments)
    {
        var text = Text(prefix, arguments);
        call.Change(prefix, () => Send(call.Connection.Cluster, null, text, out _));
    }

    /// <summary>Like <see cref="Change"/>, with its answer; null when it was refused as invalid.</summary>
    public static JsonNode? TryChange(CephCall call, string prefix, params ReadOnlySpan<(string Name, JsonNode Value)> arguments)
    {
        var (text, answer) = (Text(prefix, arguments), (JsonNode?)null);
        return call.Change(prefix, () => Send(call.Connection.Cluster, null, text, out answer), Errno.Invalid) == Errno.Invalid
            ? null
            : answer ?? new JsonObject();
    }

    /// <summary>The first of a list; null when there is none.</summary>
    public static JsonNode? First(JsonNode? answer) => answer is JsonArray { Count: > 0 } list ? list[0] : null;

    private static string Text(string prefix, params ReadOnlySpan<(string Name, JsonNode Value)> arguments)
    {
        var command = new JsonObject { ["prefix"] = prefix, ["format"] = "json" };
        foreach (var (name, value) in arguments) command[name] = value;
        return command.ToJsonString();
    }

    private static int Send(nint cluster, string? monitor, string text, out JsonNode? answer)
    {
        answer = null;
        byte* output = null, status = null;
        var bytes = Encoding.UTF8.GetBytes(text + '\0');
        try
        {
            int code;
            nuint length, statusLength;
            fixed (byte* command = bytes)
            {
                code = monitor is null
                    ? Librados.MonitorCommand(cluster, &command, 1, null, 0, out output, out length, out status, out statusLength)
                    : Librados.MonitorCommand(cluster, monitor, &command, 1, null, 0, out output, out length, out status, out statusLength);
            }
            if (code >= 0 && length > 0) answer = Parse(new ReadOnlySpan<byte>(output, (int)length));
            return code;
        }
        finally
        {
            if (output is not null) Librados.Free(output);
            if (status is not null) Librados.Free(status);
        }
    }

    private static JsonNode? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            return JsonNode.Parse(ref reader);
        }
        catch (JsonException) // some commands answer with nothing but a line end
        {
            return null;
        }
    }
}
