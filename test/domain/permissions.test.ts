import { expect } from 'chai';
import { GUEST_PERMISSIONS, PERMISSIONS } from '../../src/domain/access/permissions.ts';

describe('permissions', () => {
  it('are written resource:action, each once', () => {
    for (const permission of PERMISSIONS) expect(permission).to.match(/^[a-z-]+:[a-z]+$/);
    expect(new Set(PERMISSIONS).size).to.equal(PERMISSIONS.length);
  });

  it('let a guest fill a cart and order, and nothing that needs a name', () => {
    expect([...GUEST_PERMISSIONS].filter((permission) => !PERMISSIONS.includes(permission))).to.deep.equal([]);
    expect(GUEST_PERMISSIONS.has('cart:create')).to.equal(true);
    expect(GUEST_PERMISSIONS.has('orders:create')).to.equal(true);
    for (const permission of ['account:read', 'orders:refund', 'products:update', 'queues:view'] as const) {
      expect(GUEST_PERMISSIONS.has(permission)).to.equal(false);
    }
  });
});
