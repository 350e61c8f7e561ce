namespace Usher.Model.Road;

/// <summary>A hop whose objects need addresses.</summary>
public interface IAddressClaimant
{
    /// <summary>One claim for each object that wants an address; pure.</summary>
    IEnumerable<AddressClaim> Claims(CompileContext context);
}
