using System.Text.Json;

namespace Headgate.Node.Catalog;

/// <summary>Whether an account may log in.</summary>
internal enum AccountStatus
{
    /// <summary>It may.</summary>
    Active,

    /// <summary>Its logins are refused and its volumes not shown.</summary>
    Locked,
}

/// <summary>A storage account: the owner of volumes, and a pair of CHAP secrets.</summary>
/// <remarks>In memory the secrets are plain; <see cref="CatalogSeals"/> seals them before they reach the disk.</remarks>
internal sealed record Account
{
    public required long Id { get; init; }
    public required string Username { get; init; }
    public AccountStatus Status { get; init; }
    public required string InitiatorSecret { get; init; }
    public required string TargetSecret { get; init; }
    public bool EnableChap { get; init; } = true;
    public JsonElement Attributes { get; init; } = CatalogJson.NoAttributes;

    /// <summary>Without the secrets.</summary>
    public override string ToString() => $"account {Id} {Username}";
}
