using Headgate.Element;
using Headgate.Element.Contracts;
using Headgate.Node.Catalog;
using QosPolicy = Headgate.Node.Catalog.QosPolicy;

namespace Headgate.Node.ElementApi;

/// <summary>The cluster's default QoS, and policies that volumes follow (element-api 2.7).</summary>
internal sealed class QosMethods(NodeCatalog catalog, VolumeRuntimes runtimes, NodeCapacity capacity)
{
    public IEnumerable<ElementHandler> All =>
    [
        ElementHandler.For(ElementMethods.GetDefaultQoS, (Empty _) => ElementViews.Of(catalog.Current.DefaultQos)),
        ElementHandler.For(ElementMethods.SetDefaultQoS, SetDefault),
        ElementHandler.For(ElementMethods.CreateQoSPolicy, Create),
        ElementHandler.For(ElementMethods.GetQoSPolicy, Get),
        ElementHandler.For(ElementMethods.ModifyQoSPolicy, Modify),
        ElementHandler.For(ElementMethods.ListQoSPolicies, List),
        ElementHandler.For(ElementMethods.DeleteQoSPolicy, Delete),
    ];

    private SetDefaultQoSResult SetDefault(QosParams asked) => catalog.Change(edit =>
    {
        var qos = QosRules.Merge(asked, edit.State.DefaultQos);
        edit.SetDefaultQos(qos);
        return new SetDefaultQoSResult { MinIOPS = qos.MinIops, MaxIOPS = qos.MaxIops, BurstIOPS = qos.BurstIops };
    });

    private QoSPolicyResult Create(CreateQoSPolicyParams asked) => catalog.Change(edit =>
    {
        var name = ElementRules.Name(asked.Name, "name", ElementRules.Limits.QosPolicyNameLengthMax);
        if (asked.Qos is null) throw ElementFault.Missing("qos");
        if (edit.State.Policies.Count >= ElementRules.Limits.QosPolicyCountMax)
            throw ElementFault.Limit($"The cluster has {edit.State.Policies.Count} QoS policies, which is all that it can have.");
        var policy = new QosPolicy
        {
            Id = edit.NextId(CatalogTable.Policies), Name = name, Qos = QosRules.Complete(asked.Qos, edit.State.DefaultQos),
        };
        edit.Put(policy);
        return View(policy, edit.State);
    });

    private QoSPolicyResult Get(QoSPolicyParams asked)
    {
        var state = catalog.Current;
        return View(state.Policy(asked.QosPolicyID), state);
    }

    /// <summary>The new values reach all volumes that follow the policy at once.</summary>
    private QoSPolicyResult Modify(ModifyQoSPolicyParams asked)
    {
        var result = catalog.Change(edit =>
        {
            var before = edit.State;
            var policy = before.Policy(asked.QosPolicyID);
            policy = policy with
            {
                Name = string.IsNullOrEmpty(asked.Name)
                    ? policy.Name
                    : ElementRules.Name(asked.Name, "name", ElementRules.Limits.QosPolicyNameLengthMax),
                Qos = QosRules.Merge(asked.Qos, policy.Qos),
            };
            edit.Put(policy);
            foreach (var id in before.VolumesOfPolicy(policy.Id)) edit.Put(edit.State.Volumes[id] with { Qos = policy.Qos });
            capacity.AdmitIops(before, edit.State);
            return View(policy, edit.State);
        });
        foreach (var id in result.QosPolicy.VolumeIDs) runtimes.Refresh(id);
        return result;
    }

    private ListQoSPoliciesResult List(Empty asked)
    {
        var state = catalog.Current;
        return new ListQoSPoliciesResult { QosPolicies = [.. state.Policies.Values.Select(policy => ElementViews.Of(policy, state))] };
    }

    /// <summary>Volumes keep the values.</summary>
    private Empty Delete(QoSPolicyParams asked) => catalog.Change(edit =>
    {
        var policy = edit.State.Policy(asked.QosPolicyID);
        foreach (var id in edit.State.VolumesOfPolicy(policy.Id)) edit.Put(edit.State.Volumes[id] with { QosPolicyId = null });
        edit.Remove(policy);
        return new Empty();
    });

    private static QoSPolicyResult View(QosPolicy policy, CatalogState state) => new() { QosPolicy = ElementViews.Of(policy, state) };
}
