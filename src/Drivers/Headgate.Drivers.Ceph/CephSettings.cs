using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Ceph;

/// <summary>The settings of a Ceph pool.</summary>
internal static class CephSettings
{
    private const int MaxName = 128; // of pools, namespaces and users: far above what anybody uses, far below what Ceph takes

    public static SettingsSchema Schema { get; } = new(
        new Setting("monitors", SettingKind.Text, "The monitors' addresses with commas between, for example 10.0.0.1,10.0.0.2,10.0.0.3; as 'mon host' in ceph.conf."),
        new Setting("confFile", SettingKind.Text, "Path on this server of a ceph.conf with the monitors, in place of 'monitors'."),
        new Setting("user", SettingKind.Text, "The Ceph user that makes images and users, without 'client.'.") { Default = "headgate" },
        new Setting("key", SettingKind.Secret, "That user's cephx key, as 'ceph auth get-key client.headgate' prints it.") { Required = true },
        new Setting("pool", SettingKind.Text, "The Ceph pool; 'rbd pool init' must have been run on it.") { Required = true },
        new Setting("namespace", SettingKind.Text, "An RBD namespace of that pool; none by default."),
        new Setting("hostMonitors", SettingKind.Text, "Monitors' addresses that hosts shall use, in place of those that this server uses."),
        new Setting("callTimeoutSeconds", SettingKind.Integer, "How long one call may take before it is given up as unknown.") { Default = "60" },
        new Setting("osdTimeoutSeconds", SettingKind.Integer, "How long one request to the cluster may take.") { Default = "30" });

    public static Outcome<CephConfig> Read(PoolSettings settings, TimeProvider clock)
    {
        var problems = new List<string>();
        if ((settings["monitors"] is null) == (settings["confFile"] is null))
            problems.Add("give one of the settings 'monitors' and 'confFile'.");
        foreach (var name in new[] { "user", "pool", "namespace" })
        {
            if (settings[name] is { } value && NameProblem(value) is { } why) problems.Add($"setting '{name}' {why}");
        }
        foreach (var name in new[] { "monitors", "hostMonitors", "confFile", "key" })
        {
            if (settings[name] is { } value && value.Any(char.IsControl)) problems.Add($"setting '{name}' has a control character in it.");
        }
        var call = Seconds(settings, "callTimeoutSeconds", problems);
        var osd = Seconds(settings, "osdTimeoutSeconds", problems);
        if (problems.Count > 0)
            return Faults.InvalidArgument("The settings of this Ceph pool cannot be used: " + string.Join(" ", problems)) with { Details = problems };
        return new CephConfig(
            settings.PoolId, settings["monitors"], settings["confFile"], settings.Require("user"), settings.Require("key"), settings.Require("pool"),
            settings["namespace"] ?? "", settings["hostMonitors"], call, osd, clock);
    }

    // These become part of capability strings, in which quotes, commas and spaces separate.
    private static string? NameProblem(string name) =>
        name.Length <= MaxName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? null
            : $"must have at most {MaxName} letters, digits, dashes, dots and underscores.";

    private static TimeSpan Seconds(PoolSettings settings, string name, List<string> problems)
    {
        if (settings.Integer(name) is >= 1 and <= 600 and var seconds) return TimeSpan.FromSeconds(seconds);
        problems.Add($"setting '{name}' must be 1 to 600.");
        return TimeSpan.FromSeconds(1);
    }
}

/// <summary>Settings, read.</summary>
/// <param name="PoolId">The pool in the control plane.</param>
/// <param name="Monitors">As <c>mon_host</c>; null when <paramref name="ConfFile"/> says.</param>
/// <param name="ConfFile">Path of a ceph.conf; null when <paramref name="Monitors"/> says.</param>
/// <param name="User">Without <c>client.</c></param>
/// <param name="Key">cephx key.</param>
/// <param name="Pool">Ceph pool.</param>
/// <param name="Namespace">RBD namespace; empty for none.</param>
/// <param name="HostMonitors">What hosts are told; null for the same.</param>
/// <param name="CallTimeout">For one call of the driver.</param>
/// <param name="OsdTimeout">For one request to the cluster.</param>
/// <param name="Clock">For waiting.</param>
internal sealed record CephConfig(
    Guid PoolId, string? Monitors, string? ConfFile, string User, string Key, string Pool, string Namespace, string? HostMonitors,
    TimeSpan CallTimeout, TimeSpan OsdTimeout, TimeProvider Clock)
{
    /// <summary>Without the key.</summary>
    public override string ToString() => $"client.{User} on {Pool}{(Namespace.Length > 0 ? "/" + Namespace : "")}";
}
