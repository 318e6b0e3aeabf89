using System.Security.Cryptography;
using Headgate.Element;
using Headgate.Element.Contracts;
using Headgate.Node.Catalog;
using Account = Headgate.Node.Catalog.Account;

namespace Headgate.Node.ElementApi;

/// <summary>Accounts: owners of volumes and their CHAP secrets (element-api 2.2).</summary>
internal sealed class AccountMethods(NodeCatalog catalog, AccessGuard guard)
{
    /// <summary>Letters and digits: they survive every configuration file that a secret is pasted into.</summary>
    private const string SecretLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    public IEnumerable<ElementHandler> All =>
    [
        ElementHandler.For(ElementMethods.AddAccount, Add),
        ElementHandler.For(ElementMethods.GetAccountByName, GetByName),
        ElementHandler.For(ElementMethods.GetAccountByID, GetById),
        ElementHandler.For(ElementMethods.ListAccounts, List),
        ElementHandler.For(ElementMethods.ModifyAccount, Modify),
        ElementHandler.For(ElementMethods.RemoveAccount, Remove),
    ];

    private AddAccountResult Add(AddAccountParams asked) => catalog.Change(edit =>
    {
        var username = FreeName(edit.State, asked.Username, 0);
        if (edit.State.Accounts.Count >= ElementRules.Limits.AccountCountMax)
            throw ElementFault.Limit($"The cluster has {edit.State.Accounts.Count} accounts, which is all that it can have.");
        var account = new Account
        {
            Id = edit.NextId(CatalogTable.Accounts),
            Username = username,
            InitiatorSecret = ElementRules.Secret(asked.InitiatorSecret, "initiatorSecret") ?? NewSecret(),
            TargetSecret = ElementRules.Secret(asked.TargetSecret, "targetSecret") ?? NewSecret(),
            EnableChap = asked.EnableChap ?? true,
            Attributes = ElementRules.Attributes(asked.Attributes) ?? CatalogJson.NoAttributes,
        };
        edit.Put(account);
        return new AddAccountResult { AccountID = account.Id, Account = ElementViews.Of(account, edit.State) };
    });

    private AccountResult GetByName(GetAccountByNameParams asked)
    {
        if (string.IsNullOrEmpty(asked.Username)) throw ElementFault.Missing("username");
        var state = catalog.Current;
        var account = state.FindAccount(asked.Username) ?? throw ElementFault.UnknownAccount();
        return new AccountResult { Account = ElementViews.Of(account, state) };
    }

    private AccountResult GetById(AccountParams asked)
    {
        if (asked.AccountID == 0) throw ElementFault.Missing("accountID");
        var state = catalog.Current;
        if (!state.Accounts.TryGetValue(asked.AccountID, out var account)) throw ElementFault.UnknownAccount();
        return new AccountResult { Account = ElementViews.Of(account, state) };
    }

    private ListAccountsResult List(ListAccountsParams asked)
    {
        var state = catalog.Current;
        var rows = ElementRules.Page(state.Accounts, asked.StartAccountID, asked.Limit);
        return new ListAccountsResult { Accounts = [.. rows.Select(account => ElementViews.Of(account, state))] };
    }

    private AccountResult Modify(ModifyAccountParams asked)
    {
        var result = catalog.Change(edit =>
        {
            var account = edit.State.Account(asked.AccountID);
            var changed = account with
            {
                Username = string.IsNullOrEmpty(asked.Username) ? account.Username : FreeName(edit.State, asked.Username, account.Id),
                Status = StatusOf(asked.Status) ?? account.Status,
                InitiatorSecret = ElementRules.Secret(asked.InitiatorSecret, "initiatorSecret") ?? account.InitiatorSecret,
                TargetSecret = ElementRules.Secret(asked.TargetSecret, "targetSecret") ?? account.TargetSecret,
                EnableChap = asked.EnableChap ?? account.EnableChap,
                Attributes = ElementRules.Attributes(asked.Attributes) ?? account.Attributes,
            };
            edit.Put(changed);
            return new AccountResult { Account = ElementViews.Of(changed, edit.State) };
        });
        guard.CutWhatIsNoLongerAllowed(Target.CutReason.AccountLocked);
        return result;
    }

    private Empty Remove(AccountParams asked) => catalog.Change(edit =>
    {
        var account = edit.State.Account(asked.AccountID);
        var volumes = edit.State.CountVolumesOf(account.Id);
        if (volumes > 0)
            throw new ElementFault(
                ElementErrorNames.AccountHasVolumes,
                $"AccountID {account.Id} still owns {volumes} volumes; delete and purge them, or give them to another account, first.");
        edit.Remove(account);
        return new Empty();
    });

    private static string FreeName(CatalogState state, string? asked, long self)
    {
        var username = ElementRules.Name(asked, "username", ElementRules.Limits.AccountNameLengthMax);
        if (state.FindAccount(username) is { } other && other.Id != self)
            throw new ElementFault(ElementErrorNames.DuplicateUsername, $"There is an account with username {username} already.");
        return username;
    }

    private static AccountStatus? StatusOf(string? asked) => asked switch
    {
        null or "" => null,
        "active" => AccountStatus.Active,
        "locked" => AccountStatus.Locked,
        _ => throw ElementFault.BadEnum(asked),
    };

    public static string NewSecret() =>
        RandomNumberGenerator.GetString(SecretLetters, (int)ElementRules.Limits.SecretLengthMax);
}
