/* What a server reports about itself and the other members of its cluster. */
import type { sendUnaryData, ServerUnaryCall, UntypedServiceImplementation } from '@grpc/grpc-js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import type { ClusterInfo } from '@eventstore/db-client/generated/gossip_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';

const leaderState = 8;

/** Reports version 23.10 and support for batch append. */
export const featuresService = (onCall: () => void): UntypedServiceImplementation => ({
  getSupportedMethods: (_call: ServerUnaryCall<unknown, unknown>, done: sendUnaryData<SupportedMethods>) => {
    onCall();
    const method = new features.SupportedMethod();
    method.setServiceName('event_store.client.streams.Streams').setMethodName('BatchAppend');
    done(null, new features.SupportedMethods().setMethodsList([method]).setEventStoreServerVersion('23.10.8'));
  },
});

/** @param ports the current members' ports on loopback; the first member is the leader */
export const gossipService = (ports: () => readonly number[]): UntypedServiceImplementation => ({
  read: (_call: ServerUnaryCall<unknown, unknown>, done: sendUnaryData<ClusterInfo>) => {
    const members = ports().map((port, index) => {
      const endPoint = new gossip.EndPoint().setAddress('127.0.0.1').setPort(port);
      const member = new gossip.MemberInfo().setIsAlive(true).setHttpEndPoint(endPoint);
      return member.setState(index === 0 ? leaderState : leaderState - 2);
    });
    done(null, new gossip.ClusterInfo().setMembersList(members));
  },
});
