using System.Globalization;
using Headgate.Primitives;

namespace Headgate.Storage.Sdk;

/// <summary>How a setting's text is read.</summary>
public enum SettingKind
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary>An absolute http or https address.</summary>
    Url,

    /// <summary>A whole number, invariant culture.</summary>
    Integer,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary>A size as <see cref="ByteSize.TryParse"/> reads it.</summary>
    Size,

    /// <summary>A password or key: sealed at rest, never shown, never logged.</summary>
    Secret,
}

/// <summary>One setting of a pool.</summary>
/// <param name="Name">camelCase, unique within the schema.</param>
/// <param name="Kind">How the text is read.</param>
/// <param name="Help">One sentence for the person who fills it in.</param>
public sealed record Setting(string Name, SettingKind Kind, string Help)
{
    /// <summary>True when a pool cannot do without it.</summary>
    public bool Required { get; init; }

    /// <summary>What holds when it is not given; null for nothing.</summary>
    public string? Default { get; init; }
}

/// <summary>The settings that a provider's pools take.</summary>
public sealed class SettingsSchema(params IReadOnlyList<Setting> settings)
{
    /// <summary>In the order in which they should be shown.</summary>
    public IReadOnlyList<Setting> Settings { get; } = settings;

    /// <summary>
    /// All that is wrong with <paramref name="given"/>: unknown names, missing required ones, values of the wrong kind.
    /// Each line says what was given, what is wanted, and never repeats a secret's value.
    /// </summary>
    public IReadOnlyList<string> Check(IReadOnlyDictionary<string, string> given)
    {
        ArgumentNullException.ThrowIfNull(given);
        var problems = new List<string>();
        foreach (var name in given.Keys)
        {
            if (!Settings.Any(s => s.Name == name))
                problems.Add($"unknown setting '{name}'; this provider takes {string.Join(", ", Settings.Select(s => s.Name))}.");
        }
        foreach (var setting in Settings)
        {
            if (given.TryGetValue(setting.Name, out var value) && value.Length > 0)
            {
                if (KindProblem(setting, value) is { } problem) problems.Add(problem);
            }
            else if (setting.Required && setting.Default is null)
            {
                problems.Add($"missing setting '{setting.Name}': {setting.Help}");
            }
        }
        return problems;
    }

    private static string? KindProblem(Setting setting, string value) => setting.Kind switch
    {
        SettingKind.Url when !Uri.TryCreate(value, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") =>
            $"setting '{setting.Name}' is '{value}'; it must be an absolute http or https address.",
        SettingKind.Url when new Uri(value).UserInfo.Length > 0 =>
            $"setting '{setting.Name}' carries a user name or password; give those in settings of their own.",
        SettingKind.Integer when !long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) =>
            $"setting '{setting.Name}' is '{value}'; it must be a whole number.",
        SettingKind.Boolean when value is not ("true" or "false") =>
            $"setting '{setting.Name}' is '{value}'; it must be true or false.",
        SettingKind.Size when !ByteSize.TryParse(value, out _) =>
            $"setting '{setting.Name}' is '{value}'; it must be a size like 10GiB.",
        _ => null,
    };
}

/// <summary>A pool's settings as given, with defaults filled in. Prints names only, so that a log line cannot leak a secret.</summary>
public sealed class PoolSettings
{
    private readonly Dictionary<string, string> _values = [];

    /// <summary>Settings for the pool with this stable id (used in names on the array).</summary>
    public PoolSettings(Guid poolId, SettingsSchema schema, IReadOnlyDictionary<string, string> given)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(given);
        PoolId = poolId;
        foreach (var setting in schema.Settings)
        {
            if (given.TryGetValue(setting.Name, out var value) && value.Length > 0) _values[setting.Name] = value;
            else if (setting.Default is not null) _values[setting.Name] = setting.Default;
        }
    }

    /// <summary>The pool's id in the control plane.</summary>
    public Guid PoolId { get; }

    /// <summary>The value, or null when neither given nor defaulted.</summary>
    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <summary>The value of a required setting.</summary>
    /// <exception cref="InvalidOperationException">It is not there: the schema was not checked first.</exception>
    public string Require(string name) => this[name] ?? throw new InvalidOperationException($"Setting '{name}' is missing.");

    /// <summary>A setting of kind Integer, or null.</summary>
    public long? Integer(string name) => this[name] is { } v ? long.Parse(v, CultureInfo.InvariantCulture) : null;

    /// <summary>A setting of kind Boolean; false when absent.</summary>
    public bool Flag(string name) => this[name] == "true";

    /// <inheritdoc/>
    public override string ToString() => $"settings of pool {PoolId}: {string.Join(", ", _values.Keys)}";
}
