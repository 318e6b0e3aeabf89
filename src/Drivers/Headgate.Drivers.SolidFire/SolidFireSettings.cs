using Headgate.Element.Client;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SolidFire;

/// <summary>The settings of a SolidFire pool.</summary>
internal static class SolidFireSettings
{
    private const int DefaultIscsiPort = 3260; // RFC 7143 section 13.1
    private const int MaxPrefix = 16; // leaves room for "-" and 32 digits within the 64 characters of an account name

    public static SettingsSchema Schema { get; } = new(
        new Setting("endpoint", SettingKind.Url, "The cluster's management address, for example https://10.0.0.5.") { Required = true },
        new Setting("username", SettingKind.Text, "A cluster admin with rights on accounts, volumes and access groups.") { Required = true },
        new Setting("password", SettingKind.Secret, "The cluster admin's password.") { Required = true },
        new Setting("certificateSha256", SettingKind.Text, "SHA-256 fingerprint of the cluster's certificate; the way to trust a self-signed one."),
        new Setting("allowSelfSigned", SettingKind.Boolean, "true accepts any certificate: only on a network that is trusted end to end.") { Default = "false" },
        new Setting("apiVersion", SettingKind.Text, "Element API version in the path; by default what the cluster calls current."),
        new Setting("svip", SettingKind.Text, "Storage portals that hosts shall use, host[:port] with commas between, in place of the cluster's own."),
        new Setting("accountPrefix", SettingKind.Text, "Beginning of the names of accounts made on the cluster.") { Default = "hg" },
        new Setting("enable512e", SettingKind.Boolean, "Volumes show 512-byte sectors; false shows 4096-byte ones.") { Default = "true" },
        new Setting("callTimeoutSeconds", SettingKind.Integer, "How long one call to the cluster may take.") { Default = "60" });

    public static Outcome<SolidFireConfig> Read(PoolSettings settings, TimeProvider clock, Func<HttpMessageHandler, HttpMessageHandler>? wrap)
    {
        var problems = new List<string>();
        var trust = ServerTrust.System;
        if (settings.Flag("allowSelfSigned")) trust = ServerTrust.AnyCertificate;
        if (settings["certificateSha256"] is { } print && !ServerTrust.TryPin(print, out trust))
            problems.Add("setting 'certificateSha256' must have 64 hexadecimal digits (colons are allowed).");
        var prefix = settings["accountPrefix"] ?? "";
        if (prefix.Length is 0 or > MaxPrefix || !prefix.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            problems.Add($"setting 'accountPrefix' must have 1 to {MaxPrefix} letters, digits or dashes.");
        if (settings.Integer("callTimeoutSeconds") is not (>= 1 and <= 600))
            problems.Add("setting 'callTimeoutSeconds' must be 1 to 600.");
        var options = new ElementClientOptions
        {
            Endpoint = new Uri(settings.Require("endpoint")),
            Username = settings.Require("username"),
            Password = settings.Require("password"),
            Trust = trust,
            ApiVersion = settings["apiVersion"],
            CallTimeout = TimeSpan.FromSeconds(Math.Clamp(settings.Integer("callTimeoutSeconds") ?? 60, 1, 600)),
            Clock = clock,
            WrapHandler = wrap,
        };
        if (options.Problem() is { } problem) problems.Add(problem);
        if (problems.Count > 0)
            return Faults.InvalidArgument("The settings of this SolidFire pool cannot be used: " + string.Join(" ", problems)) with { Details = problems };
        return new SolidFireConfig(
            settings.PoolId, options, Portals(settings["svip"]), prefix, settings.Flag("enable512e"), clock);
    }

    /// <summary>Each portal as host:port; IPv6 addresses in brackets.</summary>
    public static IReadOnlyList<string> Portals(string? text) =>
        [.. (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(WithPort)];

    private static string WithPort(string portal)
    {
        if (portal.StartsWith('[')) return portal.EndsWith(']') ? $"{portal}:{DefaultIscsiPort}" : portal;
        return portal.Count(c => c == ':') switch
        {
            0 => $"{portal}:{DefaultIscsiPort}",
            1 => portal,
            _ => $"[{portal}]:{DefaultIscsiPort}",
        };
    }
}

/// <summary>Settings, read. Prints nothing secret: the client options hide the password.</summary>
internal sealed record SolidFireConfig(
    Guid PoolId, ElementClientOptions Client, IReadOnlyList<string> PortalOverride, string AccountPrefix, bool Enable512e, TimeProvider Clock);
