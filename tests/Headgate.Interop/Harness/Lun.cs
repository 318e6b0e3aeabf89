using System.Text.Json;
using Headgate.Initiator;

namespace Headgate.Interop.Harness;

/// <summary>What <c>volume connect</c> printed.</summary>
internal sealed record Lun(string Portal, string Iqn, int Number, string Username, string Secret, string Uri, string Initiator)
{
    public const string DefaultInitiator = "iqn.2026-01.org.headgate:interop";

    /// <summary>For our own initiator.</summary>
    public LunAddress Address => new(Portal, Iqn, Number, Username, Secret, Initiator);

    public static async Task<Lun> ConnectAsync(HeadgateProcess up, string volume, string initiator = DefaultInitiator) =>
        Read(await up.CliJsonAsync("volume", "connect", volume, "--initiator", initiator), initiator);

    /// <summary>A volume of the sample's custom offering, connected.</summary>
    public static async Task<Lun> CreateAsync(HeadgateProcess up, string volume, string size, long max, long min = 0)
    {
        await up.CliJsonAsync(
            "volume", "create", "--name", volume, "--disk-offering", "custom", "--size", size, "--min-iops", $"{min}", "--max-iops", $"{max}", "--burst-iops", $"{max}");
        return await ConnectAsync(up, volume);
    }

    private static Lun Read(JsonElement json, string initiator)
    {
        var chap = json.GetProperty("chap");
        return new Lun(
            json.GetProperty("portals")[0].GetString()!, json.GetProperty("iqn").GetString()!, json.GetProperty("lun").GetInt32(),
            chap.GetProperty("username").GetString()!, chap.GetProperty("secret").GetString()!, json.GetProperty("uri").GetString()!, initiator);
    }
}
