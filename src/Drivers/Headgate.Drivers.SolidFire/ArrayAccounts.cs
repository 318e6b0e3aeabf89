using System.Security.Cryptography;
using Headgate.Element;
using Headgate.Element.Contracts;

namespace Headgate.Drivers.SolidFire;

/// <summary>One account on the cluster for each account of the control plane, so that tenants' volumes are kept apart there too.</summary>
internal sealed class ArrayAccounts(SolidFireConfig config)
{
    private const int SecretCharacters = 16; // the API's longest; 64 bits of hexadecimal digits

    public static string NewSecret() => RandomNumberGenerator.GetHexString(SecretCharacters, lowercase: true);

    /// <summary>The account's ID; made when it is not there. Two callers at once get the same one: names are unique.</summary>
    public async Task<long> EnsureAsync(ArrayCall call, Guid account)
    {
        var name = Marks.AccountName(config.AccountPrefix, account);
        if (await FindAsync(call, name).ConfigureAwait(false) is { } found) return found;
        var added = await call.TryAsync(ElementMethods.AddAccount, new AddAccountParams
        {
            Username = name,
            // Nobody is ever given these: hosts log in with their initiator's own secret, through their access group.
            InitiatorSecret = NewSecret(),
            TargetSecret = NewSecret(),
            Attributes = Marks.OfAccount(config.PoolId, account),
        }).ConfigureAwait(false);
        if (added.Is(ElementErrorNames.DuplicateUsername) && await FindAsync(call, name).ConfigureAwait(false) is { } other) return other;
        return added.Match(result => result.AccountID, error => throw call.Refused(ElementMethods.AddAccount, error));
    }

    /// <summary>Takes away the accounts that this pool made and that own nothing.</summary>
    public async Task RemoveEmptyAsync(ArrayCall call)
    {
        var accounts = (await call.SendAsync(ElementMethods.ListAccounts, new ListAccountsParams()).ConfigureAwait(false)).Accounts;
        foreach (var account in accounts.Where(a =>
            Marks.IsOurAccount(a.Attributes) && Marks.IsOfPool(a.Attributes, config.PoolId) && a.Volumes.Count == 0 && a.Status != "removed"))
        {
            var removed = await call.TryAsync(ElementMethods.RemoveAccount, new AccountParams { AccountID = account.AccountID }).ConfigureAwait(false);
            if (removed.Error is { } error && !removed.Is(ElementErrorNames.AccountIdDoesNotExist, ElementErrorNames.UnknownAccount, ElementErrorNames.AccountHasVolumes))
                throw call.Refused(ElementMethods.RemoveAccount, error);
        }
    }

    private static async Task<long?> FindAsync(ArrayCall call, string name)
    {
        var found = await call.TryAsync(ElementMethods.GetAccountByName, new GetAccountByNameParams { Username = name }).ConfigureAwait(false);
        if (found.Is(ElementErrorNames.UnknownAccount, ElementErrorNames.AccountIdDoesNotExist)) return null;
        return found.Match(result => result.Account.AccountID, error => throw call.Refused(ElementMethods.GetAccountByName, error));
    }
}
