using System.Collections.Immutable;
using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.Dns;

/// <summary>A record set whose own fields were read; its alias isn't looked up yet.</summary>
/// <param name="Resource">As written.</param>
/// <param name="Name">Its owner name.</param>
/// <param name="Type">Its type.</param>
internal sealed record SetDraft(Resource<RecordSet> Resource, DomainName Name, RecordType Type)
{
    /// <summary>The values of a plain record set.</summary>
    public ImmutableArray<Rdata> Values { get; init; } = [];

    /// <summary>The target of an alias; null for a plain record set.</summary>
    public DomainName? AliasOf { get; init; }

    /// <summary>Its place among those with its name and type.</summary>
    public RoutingPolicy Policy { get; init; } = RoutingPolicy.Simple;

    /// <summary>A plain record set, compiled.</summary>
    public CompiledSet Compile() => new(Type, (uint)Resource.Value.Ttl!.Value, Values) { Key = Resource.Key, MadeFor = Resource.Value.MadeFor };
}

/// <summary>The record sets of one name and type.</summary>
internal sealed class SetGroup
{
    /// <param name="first">The first of them.</param>
    public SetGroup(SetDraft first) => Members = [first];

    /// <summary>All of them, as they were read; one for simple routing.</summary>
    public List<SetDraft> Members { get; }

    /// <summary>The first of them.</summary>
    public SetDraft First => Members[0];

    /// <summary>Their name.</summary>
    public DomainName Name => First.Name;

    /// <summary>Their type.</summary>
    public RecordType Type => First.Type;
}

/// <summary>A hosted zone on its way into the snapshot.</summary>
/// <param name="Resource">As written.</param>
/// <param name="Name">Its name.</param>
internal sealed record ZoneDraft(Resource<HostedZone> Resource, DomainName Name)
{
    /// <summary>Its id.</summary>
    public string Id => Resource.Value.Id;

    /// <summary>Its record sets by name and type.</summary>
    public Dictionary<(DomainName Name, RecordType Type), SetGroup> Sets { get; } = [];

    /// <summary>Names and types of record sets that were reported and can't be used.</summary>
    public HashSet<(DomainName Name, RecordType Type)> Broken { get; } = [];
}
