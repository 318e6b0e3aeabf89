using System.Text.Json.Nodes;

namespace Headgate.Element.Contracts;

#pragma warning disable CS1591 // members are the wire's own, spelled like it

/// <summary>A tenant of the cluster: owns volumes, has one pair of CHAP secrets.</summary>
public sealed record Account
{
    public long AccountID { get; set; }
    public string Username { get; set; } = "";

    /// <summary>active, locked or removed.</summary>
    public string Status { get; set; } = "active";

    /// <summary>What an initiator proves; 12 to 16 characters.</summary>
    public string? InitiatorSecret { get; set; }

    /// <summary>What the target proves (mutual CHAP).</summary>
    public string? TargetSecret { get; set; }

    public JsonObject? Attributes { get; set; } = [];

    /// <summary>Deleted ones included until they are purged.</summary>
    public IReadOnlyList<long> Volumes { get; set; } = [];

    public Guid? StorageContainerID { get; set; }
    public bool EnableChap { get; set; } = true;

    /// <summary>Without the secrets.</summary>
    public override string ToString() => $"account {AccountID} {Username}";
}

public sealed record AddAccountParams
{
    public string? Username { get; set; }
    public string? InitiatorSecret { get; set; }
    public string? TargetSecret { get; set; }
    public JsonObject? Attributes { get; set; }
    public bool? EnableChap { get; set; }

    /// <summary>Without the secrets.</summary>
    public override string ToString() => $"AddAccount {Username}";
}

public sealed record GetAccountByNameParams { public string? Username { get; set; } }
public sealed record AccountParams { public long AccountID { get; set; } }
public sealed record ListAccountsParams
{
    public long? StartAccountID { get; set; }

    /// <summary>0 or absent: all.</summary>
    public long? Limit { get; set; }

    public bool? IncludeStorageContainers { get; set; }
}

public sealed record ModifyAccountParams
{
    public long AccountID { get; set; }
    public string? Username { get; set; }
    public string? Status { get; set; }
    public string? InitiatorSecret { get; set; }
    public string? TargetSecret { get; set; }
    public JsonObject? Attributes { get; set; }
    public bool? EnableChap { get; set; }

    /// <summary>Without the secrets.</summary>
    public override string ToString() => $"ModifyAccount {AccountID}";
}

public sealed record AddAccountResult { public long AccountID { get; set; } public Account? Account { get; set; } }
public sealed record AccountResult { public Account Account { get; set; } = new(); }
public sealed record ListAccountsResult { public IReadOnlyList<Account> Accounts { get; set; } = []; }
