using System.Globalization;
using System.Text.Json;
using Headgate.Element;
using Headgate.Element.Contracts;
using Headgate.Node.Catalog;
using Headgate.Node.Target;
using Initiator = Headgate.Node.Catalog.Initiator;

namespace Headgate.Node.ElementApi;

/// <summary>Initiators; create, modify and delete are all-or-nothing (element-api 2.6).</summary>
internal sealed class InitiatorMethods(NodeCatalog catalog, AccessGuard guard)
{
    public IEnumerable<ElementHandler> All =>
    [
        ElementHandler.For(ElementMethods.CreateInitiators, Create),
        ElementHandler.For(ElementMethods.ModifyInitiators, Modify),
        ElementHandler.For(ElementMethods.DeleteInitiators, Delete),
        ElementHandler.For(ElementMethods.ListInitiators, List),
    ];

    private InitiatorsResult Create(CreateInitiatorsParams asked) => catalog.Change(edit =>
    {
        if (asked.Initiators is not { Count: > 0 } rows) throw ElementFault.Missing("initiators");
        var made = rows.Select(row => CreateOne(edit, row).Id).ToList();
        return View(edit.State, made);
    });

    private static Initiator CreateOne(CatalogEdit edit, CreateInitiator asked)
    {
        var name = ElementRules.InitiatorName(asked.Name);
        if (edit.State.FindInitiator(name) is not null)
            throw new ElementFault(ElementErrorNames.InitiatorExists, $"There is an initiator with the name {name} already.");
        var initiator = InitiatorRows.Create(edit, name) with
        {
            Alias = Alias(asked.Alias) ?? "",
            Attributes = ElementRules.Attributes(asked.Attributes) ?? CatalogJson.NoAttributes,
        };
        initiator = WithChap(initiator, asked.RequireChap, asked.ChapUsername, asked.InitiatorSecret, asked.TargetSecret);
        edit.Put(initiator);
        if (asked.VolumeAccessGroupID is > 0)
            edit.Put(InitiatorRows.Join(edit.State, edit.State.Group(asked.VolumeAccessGroupID.Value), initiator));
        return initiator;
    }

    private InitiatorsResult Modify(ModifyInitiatorsParams asked)
    {
        var result = catalog.Change(edit =>
        {
            if (asked.Initiators is not { Count: > 0 } rows) throw ElementFault.Missing("initiators");
            foreach (var row in rows) ModifyOne(edit, row);
            return View(edit.State, rows.Select(row => row.InitiatorID));
        });
        guard.CutWhatIsNoLongerAllowed(CutReason.AccessRevoked);
        return result;
    }

    private static void ModifyOne(CatalogEdit edit, ModifyInitiator asked)
    {
        var initiator = edit.State.Initiator(asked.InitiatorID);
        initiator = initiator with
        {
            Alias = Alias(asked.Alias) ?? initiator.Alias,
            Attributes = ElementRules.Attributes(asked.Attributes) ?? initiator.Attributes,
        };
        initiator = WithChap(initiator, asked.RequireChap, asked.ChapUsername, asked.InitiatorSecret, asked.TargetSecret);
        edit.Put(initiator);
        MoveTo(edit, initiator, asked.VolumeAccessGroupID);
    }

    /// <summary>Absent or zero: stays. Null: leaves its group. A number, also as digits: moves into that group.</summary>
    private static void MoveTo(CatalogEdit edit, Initiator initiator, JsonElement group)
    {
        long id = 0;
        var isNumber = group.ValueKind switch
        {
            JsonValueKind.Undefined => true,
            JsonValueKind.Null => true,
            JsonValueKind.Number => group.TryGetInt64(out id),
            JsonValueKind.String => long.TryParse(group.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out id),
            _ => false,
        };
        if (!isNumber) throw ElementFault.Invalid("volumeAccessGroupID is no whole number.");
        if (group.ValueKind is not JsonValueKind.Null && id == 0) return;
        var wanted = id == 0 ? null : edit.State.Group(id);
        if (edit.State.GroupOf(initiator.Id)?.Id == wanted?.Id) return;
        InitiatorRows.Leave(edit, initiator);
        if (wanted is not null) edit.Put(InitiatorRows.Join(edit.State, wanted, initiator));
    }

    private Empty Delete(DeleteInitiatorsParams asked)
    {
        catalog.Change(edit =>
        {
            if (asked.Initiators is not { Count: > 0 } ids) throw ElementFault.Missing("initiators");
            foreach (var id in ids.Distinct())
            {
                var initiator = edit.State.Initiator(id);
                InitiatorRows.Leave(edit, initiator);
                edit.Remove(initiator);
            }
        });
        guard.CutWhatIsNoLongerAllowed(CutReason.AccessRevoked);
        return new Empty();
    }

    private InitiatorsResult List(ListInitiatorsParams asked)
    {
        var state = catalog.Current;
        if (asked.Initiators is { Count: > 0 } ids) return View(state, ids.Distinct().Order().Select(id => state.Initiator(id).Id));
        return View(state, ElementRules.Page(state.Initiators, asked.StartInitiatorID, asked.Limit).Select(row => row.Id));
    }

    /// <summary>CHAP of the initiator's own: the user name defaults to its name, secrets that are needed are made.</summary>
    private static Initiator WithChap(Initiator initiator, bool? require, string? username, string? secret, string? targetSecret)
    {
        var isRequired = require ?? initiator.RequireChap;
        var name = string.IsNullOrEmpty(username) ? initiator.ChapUsername : ElementRules.Name(username, "chapUsername", 255);
        var own = ElementRules.Secret(secret, "initiatorSecret") ?? initiator.InitiatorSecret;
        return initiator with
        {
            RequireChap = isRequired,
            ChapUsername = name ?? (isRequired || own is not null ? initiator.Name : null),
            InitiatorSecret = own ?? (isRequired ? AccountMethods.NewSecret() : null),
            TargetSecret = ElementRules.Secret(targetSecret, "targetSecret") ?? initiator.TargetSecret
                ?? (isRequired ? AccountMethods.NewSecret() : null),
        };
    }

    private static string? Alias(string? given) => given is null || given.Length <= ElementRules.Limits.InitiatorAliasLengthMax
        ? given
        : throw ElementFault.Invalid($"alias has {given.Length} characters; at most {ElementRules.Limits.InitiatorAliasLengthMax} are allowed.");

    private static InitiatorsResult View(CatalogState state, IEnumerable<long> ids) =>
        new() { Initiators = [.. ids.Select(id => ElementViews.Of(state.Initiators[id], state))] };
}
