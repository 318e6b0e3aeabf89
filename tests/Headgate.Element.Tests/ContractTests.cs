using System.Text.Json;
using System.Text.Json.Nodes;
using Headgate.Element.Contracts;
using Headgate.Element.Wire;

namespace Headgate.Element.Tests;

/// <summary>The contracts against literal JSON: exact names, everything present, and the loose forms that clients send.</summary>
public sealed class ContractTests
{
    private static readonly ElementResultsJson Results = ElementResultsJson.Default;
    private static readonly ElementParamsJson Params = ElementParamsJson.Default;

    [Fact]
    public void A_volume_is_written_with_every_member_that_a_typed_client_reads()
    {
        var volume = new Volume
        {
            VolumeID = 7,
            Name = "db1",
            AccountID = 2,
            CreateTime = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero),
            Iqn = "iqn.2010-01.com.solidfire:1mhp.db1.7",
            Qos = new VolumeQos { MinIOPS = 50, MaxIOPS = 15000, BurstIOPS = 15000 },
            TotalSize = 1000341504,
        };

        var json = JsonSerializer.SerializeToNode(volume, Results.Volume)!.AsObject();

        string[] wanted =
        [
            "volumeID", "volumeUUID", "name", "accountID", "createTime", "status", "access", "enable512e",
            "enableSnapMirrorReplication", "iqn", "scsiEUIDeviceID", "scsiNAADeviceID", "qos", "qosPolicyID",
            "volumeAccessGroups", "volumePairs", "deleteTime", "purgeTime", "lastAccessTime", "lastAccessTimeIO", "sliceCount",
            "totalSize", "blockSize", "virtualVolumeID", "attributes", "currentProtectionScheme", "previousProtectionScheme",
            "volumeConsistencyGroupUUID", "fifoSize", "minFifoSize",
        ];
        Assert.Equal(wanted.Order(StringComparer.Ordinal), json.Select(m => m.Key).Order(StringComparer.Ordinal));
        Assert.Equal("", json["deleteTime"]!.GetValue<string>());
        Assert.Equal("", json["purgeTime"]!.GetValue<string>());
        Assert.Null(json["lastAccessTime"]);
        Assert.Null(json["qosPolicyID"]);
        Assert.Equal("2026-01-31T12:00:00Z", json["createTime"]!.GetValue<string>());
        Assert.Equal("""{"minIOPS":50,"maxIOPS":15000,"burstIOPS":15000,"burstTime":60,"curve":{"4096":100,"8192":160,"16384":270,"32768":500,"65536":1000,"131072":1950,"262144":3900,"524288":7600,"1048576":15000}}""",
            json["qos"]!.ToJsonString());
    }

    [Fact]
    public void Members_that_an_old_cluster_leaves_out_read_as_their_defaults()
    {
        var volume = JsonSerializer.Deserialize("""{"volumeID":7,"name":"db1"}""", Results.Volume)!;

        Assert.Equal(7, volume.VolumeID);
        Assert.Equal("active", volume.Status);
        Assert.Empty(volume.VolumeAccessGroups);
        Assert.NotNull(volume.Attributes);
        Assert.Equal(4096, volume.BlockSize);
        Assert.Null(volume.DeleteTime);
    }

    [Fact]
    public void Numbers_and_booleans_as_strings_and_nulls_of_go_clients_are_read()
    {
        var list = JsonSerializer.Deserialize("""{"startVolumeID":"12","limit":1,"accounts":null,"isPaired":"False"}""", Params.ListVolumesParams)!;
        Assert.Equal(12, list.StartVolumeID);
        Assert.Null(list.Accounts);
        Assert.False(list.IsPaired);

        var create = JsonSerializer.Deserialize(
            """{"name":"v","accountID":"3","totalSize":1000000000.0,"attributes":"","qos":{"minIOPS":0,"maxIOPS":null}}""", Params.CreateVolumeParams)!;
        Assert.Equal(3, create.AccountID);
        Assert.Equal(1_000_000_000, create.TotalSize);
        Assert.Null(create.Attributes);
        Assert.Equal(0, create.Qos!.MinIOPS);

        var rollback = JsonSerializer.Deserialize("""{"volumeID":null,"snapshotID":0,"saveCurrentState":"false"}""", Params.RollbackToSnapshotParams)!;
        Assert.Equal(0, rollback.VolumeID);
        Assert.False(rollback.SaveCurrentState);
    }

    [Theory]
    [InlineData("""{"volumeID":"twelve"}""")]
    [InlineData("""{"volumeID":1.5}""")]
    [InlineData("""{"volumeID":[]}""")]
    [InlineData("""{"volumeID":99999999999999999999}""")]
    public void What_is_no_whole_number_is_refused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, Params.VolumeParams));

    [Fact]
    public void Parameters_that_are_not_given_are_not_written()
    {
        var json = JsonSerializer.Serialize(new ModifyVolumeParams { VolumeID = 7, Qos = new QosParams { MaxIOPS = 3000 } }, Params.ModifyVolumeParams);
        Assert.Equal("""{"volumeID":7,"qos":{"maxIOPS":3000}}""", json);
    }

    [Fact]
    public void Sample_period_is_spelled_in_two_ways_as_clusters_spell_it()
    {
        Assert.Contains("\"samplePeriodMSec\":500", JsonSerializer.Serialize(new VolumeStats(), Results.VolumeStats), StringComparison.Ordinal);
        Assert.Contains("\"samplePeriodMsec\":500", JsonSerializer.Serialize(new ClusterStats(), Results.ClusterStats), StringComparison.Ordinal);
    }

    [Fact]
    public void Statistics_carry_microseconds()
    {
        var at = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero).AddMicroseconds(619528);
        var json = JsonSerializer.SerializeToNode(new VolumeStats { Timestamp = at }, Results.VolumeStats)!;
        Assert.Equal("2026-01-31T12:00:00.619528Z", json["timestamp"]!.GetValue<string>());
        Assert.Equal(at, json.Deserialize(Results.VolumeStats)!.Timestamp);
    }

    [Fact]
    public void Account_and_initiator_always_have_both_secrets_as_keys()
    {
        var account = JsonSerializer.SerializeToNode(new Account(), Results.Account)!.AsObject();
        var initiator = JsonSerializer.SerializeToNode(new Initiator(), Results.Initiator)!.AsObject();
        foreach (var json in new[] { account, initiator })
        {
            Assert.True(json.ContainsKey("initiatorSecret"));
            Assert.True(json.ContainsKey("targetSecret"));
        }
    }

    [Fact]
    public void Records_with_secrets_do_not_print_them()
    {
        const string secret = "correct-horse";
        Assert.DoesNotContain(secret, new Account { Username = "a", InitiatorSecret = secret, TargetSecret = secret }.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(secret, new AddAccountParams { InitiatorSecret = secret }.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(secret, new ModifyAccountParams { TargetSecret = secret }.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(secret, new Initiator { InitiatorSecret = secret }.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(secret, new CreateInitiator { InitiatorSecret = secret }.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(secret, new ModifyInitiator { InitiatorSecret = secret }.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_initiator_leaves_its_group_by_null_and_stays_by_absence()
    {
        var leave = JsonSerializer.Deserialize("""{"initiators":[{"initiatorID":3,"volumeAccessGroupID":null}]}""", Params.ModifyInitiatorsParams)!;
        var stay = JsonSerializer.Deserialize("""{"initiators":[{"initiatorID":3}]}""", Params.ModifyInitiatorsParams)!;
        Assert.Equal(JsonValueKind.Null, leave.Initiators![0].VolumeAccessGroupID.ValueKind);
        Assert.Equal(JsonValueKind.Undefined, stay.Initiators![0].VolumeAccessGroupID.ValueKind);
        Assert.Equal("""{"initiators":[{"initiatorID":3}]}""", JsonSerializer.Serialize(stay, Params.ModifyInitiatorsParams));
    }

    [Fact]
    public void Group_initiators_are_names_or_ids_in_one_list()
    {
        var add = JsonSerializer.Deserialize("""{"volumeAccessGroupID":1,"initiators":["iqn.1993-08.org.debian:01:a",17]}""", Params.GroupInitiatorsParams)!;
        Assert.Equal(["iqn.1993-08.org.debian:01:a", "17"], add.Initiators!);
    }

    [Fact]
    public void The_api_lists_its_methods_under_the_name_of_its_version()
    {
        var api = JsonSerializer.Deserialize(
            """{"currentVersion":"12.3","supportedVersions":["1.0",12.3],"12.3":["GetAPI","ListVolumes"]}""", Results.GetApiResult)!;
        Assert.Equal("12.3", api.CurrentVersion);
        Assert.Equal(["1.0", "12.3"], api.SupportedVersions);
        Assert.Equal("GetAPI", api.Methods!["12.3"][0].GetString());
    }

    [Fact]
    public void The_envelope_has_an_id_always_and_result_or_error_never_both()
    {
        var good = new ElementResponse { Id = null, Result = JsonSerializer.SerializeToElement(new Empty(), Results.Empty) };
        var bad = new ElementResponse
        {
            Id = JsonElement.Parse("1"),
            Error = new ElementErrorBody(500, ElementErrorNames.UnknownAccount, ElementErrorNames.UnknownAccount),
        };
        Assert.Equal("""{"id":null,"result":{}}""", JsonSerializer.Serialize(good, Results.ElementResponse));
        Assert.Equal(
            """{"id":1,"error":{"code":500,"name":"xUnknownAccount","message":"xUnknownAccount"}}""",
            JsonSerializer.Serialize(bad, Results.ElementResponse));
    }

    [Fact]
    public void A_request_may_come_without_id_and_params_and_with_unknown_members()
    {
        var request = JsonSerializer.Deserialize("""{"method":"GetAPI","json-rpc":"2.0"}""", Results.ElementRequest)!;
        Assert.Equal("GetAPI", request.Method);
        Assert.Equal(JsonValueKind.Undefined, request.Params.ValueKind);
        Assert.Equal(JsonValueKind.Undefined, request.Id.ValueKind);
    }

    [Fact]
    public void Every_method_is_named_like_its_property_and_has_shapes_for_both_ways()
    {
        var properties = typeof(ElementMethods).GetProperties();
        Assert.True(properties.Length > 60);
        foreach (var property in properties)
        {
            var method = property.GetValue(null)!;
            Assert.Equal(property.Name, method.ToString());
        }
    }

    [Fact]
    public void Attributes_survive_a_round_trip()
    {
        var json = JsonSerializer.Serialize(new Volume { Attributes = new JsonObject { ["hg"] = "x", ["n"] = 1 } }, Results.Volume);
        var back = JsonSerializer.Deserialize(json, Results.Volume)!;
        Assert.Equal("""{"hg":"x","n":1}""", back.Attributes!.ToJsonString());
    }
}
